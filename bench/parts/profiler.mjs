// Loaded into a process that is to be profiled (`node --import …`): SIGUSR2 begins a CPU profile, the next one ends it and writes it.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

let session;
process.on('SIGUSR2', () => {
  if (session) {
    session.post('Profiler.stop', (_error, { profile }) =>
      writeFileSync(process.env.BENCH_PROFILE, JSON.stringify(profile)),
    );
    session = undefined;
    return;
  }
  session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');
});
