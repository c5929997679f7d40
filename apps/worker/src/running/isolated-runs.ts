import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { guarded } from '@9volt/contracts';
import type { CheckResult, MonitorSettings, ReadSecret } from '@9volt/contracts';
import { type MonitorDefinition, monitorTypes, type ProbeContext } from '@9volt/monitors';
import { NodeConfig } from '@9volt/platform';
import type { StopSignal } from '@9volt/process';
import { type Execution, executeCheck } from './execute-check.js';
import type { IsolatedJob } from './isolated-job.js';
import { IsolatedEntry, IsolatedProcess } from './isolated-process.js';
import { GRACE_MS } from './prepared-monitor.js';

export interface IsolatedExecution extends Execution {
  /**
   * How a process with only this check ended before it had a result; absent if it had one, or if that says nothing about the check.
   */
  died?: string;
}

/** How many halves run at once: each is a whole process. */
const HALVES_AT_ONCE = 2;
/** How long the common process stays without work: suspects come one by one. */
const IDLE_MS = 5_000;
/** Finding one among hundreds takes some ten processes, one after the other. */
const LONGEST_MS = 15 * 60_000;

const BROKEN_OFF = 'the worker cancelled it';

class ProcessDied extends Error {}

/** A check that waits for its result. */
interface Suspect {
  job: IsolatedJob;
  limitMs: number;
  signal: StopSignal;
  resolve: (result: CheckResult) => void;
  reject: (error: Error) => void;
}

/** Suspects that share a process. */
interface Group {
  process: IsolatedProcess;
  suspects: Map<number, Suspect>;
}

/**
 * Runs suspects outside of this process. All of them share one process, at the rate at which they are due. When it dies, those that
 * had begun are halved until one is alone in a process that dies: that one killed it, and the others have their results.
 */
@Injectable()
export class IsolatedRuns implements OnApplicationShutdown {
  /** The process for new suspects. */
  private common: Group | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly groups = new Set<Group>();
  private readonly waiting: Suspect[][] = [];
  private halvesRunning = 0;
  private nextId = 0;

  constructor(
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'programs' | 'targets'>,
    private readonly entry: IsolatedEntry,
  ) {}

  /**
   * Like {@link executeCheck}: it resolves and masks secrets in the same way. A check that runs `alone` shares its process with
   * nothing.
   */
  async execute(
    settings: MonitorSettings,
    context: ProbeContext,
    readSecret: ReadSecret,
    { alone = false } = {},
  ): Promise<IsolatedExecution> {
    const execution = await executeCheck(settings, context, readSecret, this.typesOf(settings, alone));
    const { defect } = execution;
    return defect instanceof ProcessDied ? { ...execution, died: defect.message } : execution;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.idle);
    for (const { process } of [...this.groups]) process.end();
  }

  /** The type for the rest of the code, with a probe that runs the real one elsewhere. */
  private typesOf({ type }: MonitorSettings, alone: boolean): ReadonlyMap<string, MonitorDefinition> {
    const definition = monitorTypes.get(type);
    if (!definition) return monitorTypes;
    const isolated: MonitorDefinition = {
      ...definition,
      deadlineMs: () => LONGEST_MS,
      prepare: (settings) => (context) => this.probe(definition, settings, context, alone),
    };
    return new Map([[type, isolated]]);
  }

  private probe(
    definition: MonitorDefinition,
    settings: MonitorSettings,
    { name, signal, calls, isTrial = false }: ProbeContext,
    alone: boolean,
  ): Promise<CheckResult> {
    if (signal.aborted) return Promise.reject(new Error(BROKEN_OFF));
    const job: IsolatedJob = {
      id: this.nextId++,
      name,
      settings,
      programs: this.config.programs.rules,
      targets: this.config.targets,
      isTrial,
      ...(calls ? { calls } : {}),
    };
    return new Promise((resolve, reject) => {
      const limitMs = definition.deadlineMs(settings) + 2 * GRACE_MS;
      const suspect: Suspect = { job, limitMs, signal, resolve, reject };
      if (alone) this.queue([suspect]);
      else this.runInCommon(suspect);
    });
  }

  private runInCommon(suspect: Suspect): void {
    clearTimeout(this.idle);
    this.common ??= this.start({
      onIdle: ({ process }) => {
        this.idle = setTimeout(
          guarded('the end of an idle process', () => process.end()),
          IDLE_MS,
        );
      },
      onOver: () => (this.common = undefined),
    });
    this.run(this.common, suspect);
  }

  private queue(suspects: Suspect[]): void {
    if (suspects.length === 0) return;
    this.waiting.push(suspects);
    this.startWaiting();
  }

  private startWaiting(): void {
    while (this.halvesRunning < HALVES_AT_ONCE && this.waiting.length > 0) {
      const suspects = this.waiting.shift() ?? [];
      this.halvesRunning++;
      const group = this.start({
        onIdle: ({ process }) => process.end(),
        onOver: () => {
          this.halvesRunning--;
          this.startWaiting();
        },
      });
      for (const suspect of suspects) this.run(group, suspect);
    }
  }

  private start({ onIdle, onOver }: { onIdle: (group: Group) => void; onOver: () => void }): Group {
    const suspects = new Map<number, Suspect>();
    const process = new IsolatedProcess(this.entry, {
      done: (id, result, defect) => {
        const suspect = suspects.get(id);
        suspects.delete(id);
        if (defect) suspect?.reject(defect);
        else suspect?.resolve(result);
        if (suspects.size === 0) onIdle(group);
      },
      over: (how, begun) => {
        this.groups.delete(group);
        onOver();
        this.settle(suspects, how, begun);
      },
    });
    const group: Group = { process, suspects };
    this.groups.add(group);
    return group;
  }

  private run({ process, suspects }: Group, suspect: Suspect): void {
    const { job, signal, limitMs } = suspect;
    suspects.set(job.id, suspect);
    process.run(job, limitMs);
    signal.addEventListener(
      'abort',
      guarded('the end of a check', () => {
        process.abort(job.id);
        const { reject } = suspect;
        setTimeout(
          guarded('the end of a check', () => reject(new Error(BROKEN_OFF))),
          GRACE_MS,
        ).unref();
      }),
      { once: true },
    );
  }

  /** A process has ended, and these had no result yet. */
  private settle(suspects: ReadonlyMap<number, Suspect>, how: string, begun: ReadonlySet<number>): void {
    const wanted = [...suspects.values()].filter(({ signal, reject }) => {
      if (signal.aborted) reject(new Error(BROKEN_OFF));
      return !signal.aborted;
    });
    const innocent = wanted.filter(({ job }) => !begun.has(job.id));
    const suspected = wanted.filter(({ job }) => begun.has(job.id));
    // If a process cannot start, that says nothing about the checks; they run again when they are due.
    if (begun.size === 0) for (const { reject } of innocent) reject(new Error(how));
    else this.queue(innocent);
    if (begun.size === 1) for (const { reject } of suspected) reject(new ProcessDied(how));
    else {
      const half = Math.ceil(suspected.length / 2);
      this.queue(suspected.slice(0, half));
      this.queue(suspected.slice(half));
    }
  }
}
