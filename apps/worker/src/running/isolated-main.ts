// A process of its own for one run of a monitor that is suspected of having ended a worker. Once it has told the result it is ended.
import 'reflect-metadata';
import { Worker } from 'node:worker_threads';
import { limitTargets, Programs } from '@9volt/monitors';
import { executeCheck } from './execute-check.js';
import type { FromChild, IsolatedJob, ToChild } from './isolated-job.js';

const abort = new AbortController();

/** A thread, for the loop of this one may hang; and the worker that would end it may be gone. */
function endAfter(ms: number): void {
  new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${Math.min(ms, 2 ** 31 - 1)})`, {
    eval: true,
  }).unref();
}

function tell(message: FromChild): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function run({ name, settings, programs, targets, calls, killAfterMs }: IsolatedJob): Promise<void> {
  limitTargets(targets);
  endAfter(killAfterMs);
  await tell({ begun: true });
  const context = { name, signal: abort.signal, programs: new Programs(programs, 1), ...(calls ? { calls } : {}) };
  // The references in the settings were resolved already; what looks like one by now is a value.
  const { result, defect } = await executeCheck(settings, context, ({ text }) => Promise.resolve(text));
  const { message, stack } = defect ?? {};
  await tell({
    result,
    ...(message === undefined ? {} : { defect: { message, ...(stack === undefined ? {} : { stack }) } }),
  });
}

process.on('message', (message: ToChild) => {
  if ('abort' in message) abort.abort();
  else void run(message.job);
});
// Whoever stops a group of processes must not make it look as if the check had ended this one.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
