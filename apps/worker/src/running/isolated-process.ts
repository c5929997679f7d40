import { type ChildProcess, fork } from 'node:child_process';
import { guarded } from '@9volt/contracts';
import type { CheckResult } from '@9volt/contracts';
import { killGroup } from '@9volt/process';
import type { FromChild, IsolatedJob, ToChild } from './isolated-job.js';

/** The program of such a process; tests use another one. */
export class IsolatedEntry {
  get url(): URL {
    return new URL('isolated-main.js', import.meta.url);
  }
  execArgv: string[] = process.execArgv;
  /** Longest time until it is ready: loading the probes takes most of it. */
  startupMs = 20_000;
}

/** The callbacks of its maker. */
export interface ProcessEvents {
  done(id: number, result: CheckResult, defect: Error | undefined): void;
  /** It died or was ended. `begun` are the unfinished jobs that had begun: one of them may have killed it. */
  over(how: string, begun: ReadonlySet<number>): void;
}

interface Running {
  limitMs: number;
  /** Runs from when the job began. */
  limit?: NodeJS.Timeout;
}

/** Description of a defect of ours. */
const PLACE = 'a process apart';

/**
 * With several jobs, an event loop that is silent for this long hangs. That is no death for any of them: other processes will find
 * out which.
 */
const SILENT_MS = 1_500;

/** A process that runs checks side by side, in a process group of its own. */
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

  /** Runs a job, which has a result within `limitMs` of its beginning, or hangs. */
  run(job: IsolatedJob, limitMs: number): void {
    this.jobs.set(job.id, { limitMs });
    this.send({ job });
  }

  /** Asks a job to end. */
  abort(id: number): void {
    if (this.jobs.has(id)) this.send({ abort: id });
  }

  /** Ends it, if it has not ended, with everything that it started in its group. */
  end(how = 'the worker cancelled it'): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.startup);
    clearTimeout(this.silence);
    for (const { limit } of this.jobs.values()) clearTimeout(limit);
    // Processes that it started in its own group go with it.
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

  /** A job that is alone has all of its time before it counts as hanging. */
  private listen(): void {
    clearTimeout(this.silence);
    const silent = guarded(PLACE, () => {
      if (this.begun.size > 1) this.end(`its process hung for ${SILENT_MS} ms`);
    });
    this.silence = setTimeout(silent, SILENT_MS);
  }
}
