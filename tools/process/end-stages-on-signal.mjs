import { forwardSignals } from './forward-signals.mjs';
import { killRunningStages } from './run-stage.mjs';

/** A runner that gets a signal leaves nothing behind that it started. */
export function endStagesOnSignal() {
  forwardSignals((signal) => {
    killRunningStages();
    console.error(`stopped by ${signal}`);
    process.exit(130);
  });
}
