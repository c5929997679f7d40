import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Scope } from '@9volt/process';

/** Whether an expression matches could not be found out: nothing is known about the target. */
export class Unjudged extends Error {
  override readonly name = 'Unjudged';
}

export interface MatchLimits {
  /** Longest duration of one match. */
  matchMs: number;
  /** Longest time that it may wait for those before it. */
  waitMs: number;
  /** How long an expression that took too long is not tried again, so that it does not delay the others. */
  pauseMs: number;
}

const LIMITS: MatchLimits = { matchMs: 1_000, waitMs: 2_000, pauseMs: 60_000 };
/** An idle thread ends after this time. */
const IDLE_MS = 60_000;
/** How many expressions that took too long it remembers. */
const MAX_SLOW = 1_000;

interface Job {
  expression: string;
  texts: readonly string[];
  settle(answer: boolean[] | Unjudged): void;
}

/**
 * The program of the thread. It keeps few compiled expressions, because each may take 8 MiB for its automaton. As text, so it needs
 * no file of its own, which would have another name in tests than in the build.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { RE2JS } = require(workerData);
const known = new Map();
parentPort.on('message', ({ expression, texts }) => {
  const program = known.get(expression) ?? RE2JS.compile(expression);
  known.delete(expression);
  known.set(expression, program);
  if (known.size > 8) known.delete(known.keys().next().value);
  parentPort.postMessage(texts.map((text) => program.test(text)));
});
parentPort.postMessage('ready');
`;
const MAX_HEAP_MB = 192;

/** One thread that matches, one after another. It starts when it is needed, and ends when a match takes too long. */
export class MatchThread {
  private readonly waiting: Job[] = [];
  private readonly slow = new Map<string, number>();
  private running: { worker: Worker; ready: boolean } | undefined;
  private current: Job | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: MatchLimits = LIMITS) {}

  /** Number of waiting matches. */
  get depth(): number {
    return this.waiting.length;
  }

  match(expression: string, texts: readonly string[], scope: Scope): Promise<boolean[]> {
    const until = this.slow.get(expression) ?? 0;
    if (until > performance.now()) return Promise.reject(this.tookTooLong());
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        if (this.forget(job)) job.settle(new Unjudged('this worker is busy with other regular expressions'));
      }, this.limits.waitMs);
      const job: Job = {
        expression,
        texts,
        settle: (answer) => {
          clearTimeout(patience);
          if (answer instanceof Unjudged) reject(answer);
          else resolve(answer);
        },
      };
      scope.onEnd(() => {
        clearTimeout(patience);
        this.forget(job);
      });
      this.waiting.push(job);
      this.next();
    });
  }

  /** Ends the thread; its present match is unjudged. A later match starts another thread. */
  close(): void {
    this.end(new Unjudged('aborted'));
  }

  /** Whether the job was waiting. A running one continues to its end, without a receiver. */
  private forget(job: Job): boolean {
    const at = this.waiting.indexOf(job);
    if (at >= 0) this.waiting.splice(at, 1);
    return at >= 0;
  }

  private next(): void {
    if (this.current) return;
    if (this.waiting.length === 0) {
      this.after(IDLE_MS, () => this.end());
      return;
    }
    clearTimeout(this.timer);
    this.running ??= this.begin();
    if (!this.running.ready) return;
    const job = this.waiting.shift() as Job;
    this.current = job;
    this.after(this.limits.matchMs, () => {
      this.remember(job.expression);
      this.end(this.tookTooLong());
    });
    this.running.worker.postMessage({ expression: job.expression, texts: job.texts });
  }

  private begin(): { worker: Worker; ready: boolean } {
    const engine = createRequire(import.meta.url).resolve('re2js');
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: engine,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    const begun = { worker, ready: false };
    worker.on('message', (answer: 'ready' | boolean[]) => {
      if (this.running !== begun) return;
      begun.ready = true;
      const job = answer === 'ready' ? undefined : this.current;
      if (job) this.current = undefined;
      if (answer !== 'ready') job?.settle(answer);
      this.next();
    });
    worker.on('error', ({ message }) => {
      if (this.running !== begun) return;
      this.current ??= this.waiting.shift();
      this.end(new Unjudged(`the regular expression could not be matched: ${message}`));
    });
    worker.unref();
    return begun;
  }

  /** Ends the thread; waiting matches get another one. */
  private end(why?: Unjudged): void {
    clearTimeout(this.timer);
    const { running, current } = this;
    this.running = undefined;
    this.current = undefined;
    void running?.worker.terminate();
    if (why) current?.settle(why);
    if (this.waiting.length > 0) this.next();
  }

  private after(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms).unref();
  }

  private remember(expression: string): void {
    this.slow.delete(expression);
    this.slow.set(expression, performance.now() + this.limits.pauseMs);
    if (this.slow.size > MAX_SLOW) this.slow.delete(this.slow.keys().next().value as string);
  }

  private tookTooLong(): Unjudged {
    return new Unjudged(
      `the regular expression takes longer than ${this.limits.matchMs} ms on this response; simplify it`,
    );
  }
}
