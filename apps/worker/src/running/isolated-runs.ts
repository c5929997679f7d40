import { type ChildProcess, fork } from 'node:child_process';
import { Inject, Injectable } from '@nestjs/common';
import type { CheckResult, MonitorSettings, ReadSecret } from '@9volt/contracts';
import { type MonitorDefinition, monitorTypes, type ProbeContext } from '@9volt/monitors';
import { NodeConfig } from '@9volt/platform';
import { type Execution, executeCheck, GRACE_MS } from './execute-check.js';
import type { FromChild, IsolatedJob, ToChild } from './isolated-job.js';

/** What such a process runs; tests run more. */
@Injectable()
export class IsolatedEntry {
  get url(): URL {
    return new URL('isolated-main.js', import.meta.url);
  }
  execArgv: string[] = process.execArgv;
  /** The longest it may take to be there: loading the probes costs most of it. */
  startupMs = 20_000;
}

export interface IsolatedExecution extends Execution {
  /** How its process ended before it had a result; absent when it had one, or when that tells nothing of the check. */
  died?: string;
}

/** So few at once: each is a whole process. More than one, so that the first to hang does not hold up all others. */
const AT_ONCE = 2;

const BROKEN_OFF = 'it was broken off';

class ProcessDied extends Error {}

/** Runs checks each in a process of its own, which nothing outlives. */
@Injectable()
export class IsolatedRuns {
  private running = 0;
  private readonly queue = new Set<() => void>();

  constructor(
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'programs' | 'targets'>,
    @Inject(IsolatedEntry) private readonly entry: IsolatedEntry,
  ) {}

  /** Like {@link executeCheck}, and secrets are resolved and masked here as there. Waits for its turn. */
  async execute(settings: MonitorSettings, context: ProbeContext, readSecret: ReadSecret): Promise<IsolatedExecution> {
    await this.turn(context.signal);
    this.running++;
    try {
      const execution = await executeCheck(settings, context, readSecret, this.typesOf(settings));
      const { defect } = execution;
      return defect instanceof ProcessDied ? { ...execution, died: defect.message } : execution;
    } finally {
      this.running--;
      const [next] = this.queue;
      next?.();
    }
  }

  /** Resolves also when the run is given up: then it ends by itself. */
  private async turn(signal: AbortSignal): Promise<void> {
    if (this.running < AT_ONCE || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const begin = (): void => {
        this.queue.delete(begin);
        signal.removeEventListener('abort', begin);
        resolve();
      };
      this.queue.add(begin);
      signal.addEventListener('abort', begin, { once: true });
    });
  }

  /** The type as the rest knows it, with a probe that has the real one run elsewhere. */
  private typesOf({ type }: MonitorSettings): ReadonlyMap<string, MonitorDefinition> {
    const definition = monitorTypes.get(type);
    if (!definition) return monitorTypes;
    const isolated: MonitorDefinition = {
      ...definition,
      deadlineMs: (settings) => this.entry.startupMs + limitOf(definition, settings) + GRACE_MS,
      probe: (settings, context) => this.probe(definition, settings, context),
    };
    return new Map([[type, isolated]]);
  }

  private async probe(
    definition: MonitorDefinition,
    settings: MonitorSettings,
    { name, signal, calls }: ProbeContext,
  ): Promise<CheckResult> {
    if (signal.aborted) throw new Error(BROKEN_OFF);
    const limitMs = limitOf(definition, settings);
    const job: IsolatedJob = {
      name,
      settings,
      programs: this.config.programs.rules,
      targets: this.config.targets,
      ...(calls ? { calls } : {}),
      killAfterMs: limitMs + GRACE_MS,
    };
    const child = fork(this.entry.url, {
      execArgv: this.entry.execArgv,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      return await outcomeOf(child, job, { limitMs, startupMs: this.entry.startupMs, signal });
    } finally {
      killGroup(child);
    }
  }
}

/** By when a process surely has a result, counted from when it began; or hangs. */
function limitOf(definition: MonitorDefinition, settings: MonitorSettings): number {
  return definition.deadlineMs(settings) + 2 * GRACE_MS;
}

interface Limits {
  limitMs: number;
  startupMs: number;
  signal: AbortSignal;
}

function outcomeOf(
  child: ChildProcess,
  job: IsolatedJob,
  { limitMs, startupMs, signal }: Limits,
): Promise<CheckResult> {
  let cleanUp = (): void => undefined;
  const outcome = new Promise<CheckResult>((resolve, reject) => {
    let begun = false;
    let timer = setTimeout(() => reject(new Error(`its own process did not start within ${startupMs} ms`)), startupMs);
    const tell = (message: ToChild): boolean => child.connected && child.send(message, () => undefined);
    const onAbort = (): void => {
      tell({ abort: true });
      clearTimeout(timer);
      timer = setTimeout(() => reject(new Error(BROKEN_OFF)), GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    cleanUp = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    child.on('message', (message: FromChild) => {
      if ('begun' in message) {
        begun = true;
        if (signal.aborted) return;
        clearTimeout(timer);
        timer = setTimeout(() => reject(new ProcessDied(`its process hung for ${limitMs} ms`)), limitMs);
      } else if (message.defect) reject(Object.assign(new Error(message.defect.message), message.defect));
      else resolve(message.result);
    });
    child.once('error', (error) => reject(new Error(`its own process could not be started: ${error.message}`)));
    child.once('exit', (code, by) => {
      const how = `its process ended with ${by ?? `exit code ${String(code)}`}`;
      // Before it began, and when we broke it off, that says nothing of the check.
      reject(begun && !signal.aborted ? new ProcessDied(how) : new Error(how));
    });
    tell({ job });
  });
  return outcome.finally(cleanUp);
}

/** What it started in its own group goes with it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
