import { CutShort, Head, PROGRAM_ENVIRONMENT, runProgram, scoped, type StopSignal } from '@9volt/process';

/** What it sends to a host. */
export interface PingPlan {
  packets: number;
  /** Milliseconds from one packet to the next. */
  intervalMs: number;
  /** Bytes of data in a packet. */
  size: number;
  /** Milliseconds to wait for an answer. */
  timeoutMs: number;
}

/** This worker cannot send ICMP at all; the message says what is missing. */
export class CannotPing extends Error {
  override readonly name = 'CannotPing';
}

/** How long it collects hosts before it starts one program for all of them. */
const GATHER_MS = 20;
const MAX_HOSTS = 100;
/** Time between packets to different hosts: fping permits no less to users other than root. */
const SPACING_MS = 1;
/** Time to start the program, and reserve for a busy machine. */
const MARGIN_MS = 2_000;
const OUTPUT_BYTES = 1_048_576;

interface Batch {
  addresses: Set<string>;
  /** Checks that wait for an answer. */
  waiting: number;
  abort: AbortController;
  /** Round-trip times by address, in milliseconds; null for a packet without an answer. */
  answers: Promise<ReadonlyMap<string, readonly (number | null)[]>>;
}

/** Longest duration of a ping, in milliseconds. */
export function longestMs({ packets, intervalMs, timeoutMs }: PingPlan): number {
  return GATHER_MS + (packets - 1) * Math.max(intervalMs, MAX_HOSTS * SPACING_MS) + timeoutMs + MARGIN_MS;
}

/**
 * Sends ICMP echo requests by fping, one process for all hosts that are requested at about the same time: the processes are the
 * main cost.
 */
export class Pinger {
  /** The command that sends packets; tests run it in a network of their own. */
  command: readonly [string, ...string[]] = ['fping'];
  private readonly gathering = new Map<string, Batch>();

  /**
   * The round-trip time of each packet, in milliseconds; null for a packet without an answer. Rejects with {@link CannotPing}, or
   * with `CutShort` when `signal` aborts.
   */
  async ping(address: string, plan: PingPlan, signal: StopSignal): Promise<readonly (number | null)[]> {
    const batch = this.join(address, plan);
    batch.waiting++;
    try {
      const answers = await scoped(Infinity, signal, () => batch.answers);
      const rtts = answers.get(address);
      if (!rtts) throw new CannotPing(`fping says nothing about ${address}`);
      return rtts;
    } finally {
      if (--batch.waiting === 0) batch.abort.abort();
      // It ends when its last check ends; then the process is gone.
      if (signal.aborted && batch.waiting === 0) await batch.answers.catch(() => undefined);
    }
  }

  private join(address: string, plan: PingPlan): Batch {
    const key = JSON.stringify(plan);
    const open = this.gathering.get(key);
    if (open && !open.abort.signal.aborted && open.addresses.size < MAX_HOSTS) {
      open.addresses.add(address);
      return open;
    }
    const addresses = new Set([address]);
    const abort = new AbortController();
    const batch: Batch = {
      addresses,
      waiting: 0,
      abort,
      answers: this.gatherAndRun(key, addresses, plan, abort.signal),
    };
    batch.answers.catch(() => undefined);
    this.gathering.set(key, batch);
    return batch;
  }

  private async gatherAndRun(
    key: string,
    addresses: ReadonlySet<string>,
    plan: PingPlan,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
    await scoped(Infinity, signal, (scope) => {
      return new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, GATHER_MS);
        scope.onEnd(() => clearTimeout(timer));
      });
    });
    if (this.gathering.get(key)?.addresses === addresses) this.gathering.delete(key);
    return this.run([...addresses], plan, signal);
  }

  private async run(
    addresses: readonly string[],
    plan: PingPlan,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
    const { packets, intervalMs, size, timeoutMs } = plan;
    const [command, ...before] = this.command;
    const numbers = { C: packets, p: intervalMs, i: SPACING_MS, b: size, t: timeoutMs };
    const flags = Object.entries(numbers).flatMap(([flag, value]) => [`-${flag}`, String(value)]);
    const output = new Head(OUTPUT_BYTES);
    try {
      const exit = await runProgram(
        { command, args: [...before, '-q', ...flags, ...addresses], env: PROGRAM_ENVIRONMENT },
        { overdue: longestMs(plan), stop: signal },
        (chunk) => output.push(chunk),
      );
      const answers = parseAnswers(output.text());
      // 1 and 2 are verdicts about hosts.
      if (answers.size === 0 && exit.code !== 0) throw new CannotPing(reasonIn(output.text()));
      return answers;
    } catch (error) {
      if (error instanceof CutShort && error.reason === 'timeout') throw new CannotPing('fping did not end in time');
      throw whyNotStarted(error) ?? error;
    }
  }
}

/** In the format of `fping -C -q`: `192.0.2.1 : 0.52 - 0.48`, among error messages. */
export function parseAnswers(output: string): Map<string, (number | null)[]> {
  const line = /^(\S+)\s+:((?: (?:-|\d+(?:\.\d+)?))+)\s*$/gm;
  return new Map(
    [...output.matchAll(line)].map(([, address = '', rtts = '']) => [
      address,
      rtts
        .trim()
        .split(' ')
        .map((rtt) => (rtt === '-' ? null : Number(rtt))),
    ]),
  );
}

const NO_CAPABILITY = 'this worker cannot send ICMP; give fping the capability CAP_NET_RAW';

function whyNotStarted(error: unknown): CannotPing | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') return new CannotPing('fping is not installed on this worker; install it', { cause: error });
  // The capability of its file has no effect here.
  return code === 'EPERM' || code === 'EACCES' ? new CannotPing(NO_CAPABILITY, { cause: error }) : undefined;
}

function reasonIn(output: string): string {
  return /socket|operation not permitted/i.test(output)
    ? NO_CAPABILITY
    : `fping failed: ${output.trim().slice(0, 200)}`;
}

/** One for this process: it pings the hosts of all monitors together. */
export const pinger = new Pinger();
