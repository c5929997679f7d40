import { type ChildProcess, fork } from 'node:child_process';
import { guarded } from '@9volt/contracts';
import type { CheckResult } from '@9volt/contracts';
import { killGroup } from '@9volt/process';
import type { FromChild, IsolatedJob, ToChild } from './isolated-job.js';

/** What such a process runs; tests run more. */
export class IsolatedEntry {
  get url(): URL {
    return new URL('isolated-main.js', import.meta.url);
  }
  execArgv: string[] = process.execArgv;
  /** The longest it may take to be there: loading the probes costs most of it. */
  startupMs = 20_000;
}

/** What a process tells whoever made it. */
export interface ProcessEvents {
  done(id: number, result: CheckResult, defect: Error | undefined): void;
  /** It ended or was ended. `begun` are the jobs that had begun and were not done: one of them may have done it. */
  over(how: string, begun: ReadonlySet<number>): void;
}

interface Running {
  limitMs: number;
  /** Runs from when the job began. */
  limit?: NodeJS.Timeout;
}

/** Where a defect of ours is said to be. */
const PLACE = 'a process apart';

/** With several jobs, a loop that is silent for so long hangs. That accuses nobody: they are told apart in other processes. */
const SILENT_MS = 1_500;

/** A process that runs checks beside each other, in a group of its own. */
export class IsolatedProcess {
  private readonly child: ChildProcess;
  private readonly jobs = new Map<number, Running>();
  private readonly begun = new Set<number>();
  private readonly startup: NodeJS.Timeout;
  private silence: NodeJS.Timeout | undefined;
  private over = false;

  constructor(
    entry: IsolatedEntry,
    private readonly events: ProcessEvents,
  ) {
    this.child = fork(entry.url, {
      execArgv: entry.execArgv,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.startup = setTimeout(
      guarded(PLACE, () => this.end(`its separate process did not start within ${entry.startupMs} ms`)),
      entry.startupMs,
    );
    const failed = (error: Error): void => this.end(`could not start a separate process for it: ${error.message}`);
    const exited = (code: number | null, by: string | null): void =>
      this.end(`its process ended with ${by ?? `exit code ${String(code)}`}`);
    this.child.on(
      'message',
      guarded(PLACE, (message: FromChild) => this.hear(message)),
    );
    this.child.once('error', guarded(PLACE, failed));
    this.child.once('exit', guarded(PLACE, exited));
  }

  get isIdle(): boolean {
    return this.jobs.size === 0;
  }

  /** Runs a job, which surely has a result `limitMs` after it began, or hangs. */
  run(job: IsolatedJob, limitMs: number): void {
    this.jobs.set(job.id, { limitMs });
    this.send({ job });
  }

  /** Asks a job to end. */
  abort(id: number): void {
    if (this.jobs.has(id)) this.send({ abort: id });
  }

  /** Ends it, if it has not ended, with all that it started in its group. */
  end(how = 'the worker cancelled it'): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.startup);
    clearTimeout(this.silence);
    for (const { limit } of this.jobs.values()) clearTimeout(limit);
    // What it started in its own group goes with it.
    killGroup(this.child.pid);
    this.events.over(how, this.begun);
  }

  private send(message: ToChild): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private hear(message: FromChild): void {
    if (this.over) return;
    clearTimeout(this.startup);
    this.listen();
    if ('begun' in message) this.hearBegun(message.begun);
    else if ('done' in message) {
      const { done, result, defect } = message;
      clearTimeout(this.jobs.get(done)?.limit);
      this.jobs.delete(done);
      this.begun.delete(done);
      this.events.done(done, result, defect && Object.assign(new Error(defect.message), defect));
    }
  }

  private hearBegun(id: number): void {
    const running = this.jobs.get(id);
    if (!running) return;
    this.begun.add(id);
    const hung = guarded(PLACE, () => this.end(`its process hung for ${running.limitMs} ms`));
    running.limit = setTimeout(hung, running.limitMs);
  }

  /** Alone, a job has all of its time before it is said to hang. */
  private listen(): void {
    clearTimeout(this.silence);
    const silent = guarded(PLACE, () => {
      if (this.begun.size > 1) this.end(`its process hung for ${SILENT_MS} ms`);
    });
    this.silence = setTimeout(silent, SILENT_MS);
  }
}
