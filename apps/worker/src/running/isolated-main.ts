/* eslint-disable 9volt/guarded-callbacks -- The parent reports any end of this process as the work of the check that runs in it. */
// A separate process for suspects: monitors that may have killed a worker. Its maker ends it.
import 'reflect-metadata';
import { Worker } from 'node:worker_threads';
import { GuardedTargets } from '@9volt/monitors';
import { Programs } from '@9volt/process';
import { executeCheck } from './execute-check.js';
import { ALIVE_EVERY_MS, type FromChild, type IsolatedJob, type ToChild } from './isolated-job.js';

const PROGRAMS_AT_ONCE = 8;
/** An event loop that hangs this long never recovers; the worker that would end this process may be gone. */
const HUNG_SECONDS = 120;

const aborts = new Map<number, AbortController>();
let programs: Programs | undefined;
let targets: GuardedTargets | undefined;

function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function run({
  id,
  name,
  settings,
  programs: rules,
  targets: targetRules,
  calls,
  isTrial = false,
}: IsolatedJob): Promise<void> {
  targets ??= new GuardedTargets(targetRules);
  programs ??= new Programs(rules, PROGRAMS_AT_ONCE);
  const abort = new AbortController();
  aborts.set(id, abort);
  await send({ begun: id });
  const context = { name, signal: abort.signal, programs, targets, isTrial, ...(calls ? { calls } : {}) };
  // The references in the settings are resolved already; a text that looks like one is a value.
  const { result, defect } = await executeCheck(settings, context, ({ text }) => Promise.resolve(text));
  aborts.delete(id);
  const { message, stack } = defect ?? {};
  await send({
    done: id,
    result,
    ...(message === undefined ? {} : { defect: { message, ...(stack === undefined ? {} : { stack }) } }),
  });
}

/** In a thread, because the event loop of this one may hang. */
function endWhenHung(): Int32Array {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const watch = `
    const { workerData: { beats, seconds } } = require('node:worker_threads');
    let seen = -1, silent = 0;
    setInterval(() => {
      const now = Atomics.load(beats, 0);
      silent = now === seen ? silent + 1 : 0;
      seen = now;
      if (silent >= seconds) process.kill(process.pid, 'SIGKILL');
    }, 1000);`;
  new Worker(watch, { eval: true, workerData: { beats, seconds: HUNG_SECONDS } }).unref();
  return beats;
}

const beats = endWhenHung();
setInterval(() => {
  Atomics.add(beats, 0, 1);
  void send({ alive: true });
}, ALIVE_EVERY_MS);
process.on('message', (message: ToChild) => {
  if ('abort' in message) aborts.get(message.abort)?.abort();
  else void run(message.job);
});
// A signal to a process group must not look as if the check had killed this process.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
