import {
  type CheckResult,
  Choice,
  Decimal,
  Duration,
  fault,
  type FieldError,
  formatDuration,
  Integer,
  MonitorSettings,
  parseDuration,
  Shown,
  Text,
  timeoutFault,
} from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { CannotPing, longestMs, pinger, type PingPlan } from './icmp/pinger.js';
import { hostFault, hostOf } from './net/host.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { ProbeRun } from './probe/probe-run.js';

@Shown('host', 'ip-version', 'packets', 'loss-critical', 'rtt-critical')
export class IcmpSettings extends MonitorSettings {
  @Text({
    doc: 'Host name or IP address of the target.',
    required: true,
    example: 'router.example.com',
    maxLength: 255,
  })
  host!: string;

  @Choice({ doc: 'IP version. If not set, the first resolved address counts.', values: ['4', '6'], example: '6' })
  'ip-version'?: '4' | '6';

  @Integer({ doc: 'Number of packets to send.', default: 3, minimum: 1, maximum: 100 })
  packets?: number;

  @Duration({ doc: 'Time from one packet to the next.', default: '200ms', minimumMs: 10 })
  'packet-interval'?: string;

  @Integer({ doc: 'Bytes of data in a packet.', default: 56, minimum: 0, maximum: 65_000 })
  size?: number;

  @Decimal({
    group: 'expect',
    doc: 'The result is a warning at this percentage of lost packets.',
    minimum: 0.1,
    maximum: 100,
    example: 20,
  })
  'loss-warning'?: number;

  @Decimal({
    group: 'expect',
    doc: 'The result is critical at this percentage of lost packets.',
    default: 100,
    minimum: 0.1,
    maximum: 100,
  })
  'loss-critical'?: number;

  @Duration({ group: 'expect', doc: 'The result is a warning if the mean round-trip time is longer.', example: '50ms' })
  'rtt-warning'?: string;

  @Duration({ group: 'expect', doc: 'The result is critical if the mean round-trip time is longer.', example: '200ms' })
  'rtt-critical'?: string;

  @Duration({ doc: 'Maximum time to wait for the answer to a packet.', default: '1s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    const { 'loss-warning': lossWarning, 'rtt-warning': rttWarning, 'rtt-critical': rttCritical } = this;
    const lossCritical = valueOf(IcmpSettings, this, 'loss-critical');
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...(lossWarning !== undefined && lossWarning > lossCritical
        ? [fault('/loss-warning', lossWarning, `at most the loss-critical, ${lossCritical}`)]
        : []),
      ...(rttWarning !== undefined &&
      rttCritical !== undefined &&
      parseDuration(rttWarning) > parseDuration(rttCritical)
        ? [fault('/rtt-warning', rttWarning, `at most the rtt-critical, ${rttCritical}`)]
        : []),
    ];
  }
}

/** Time to look up the name, before it sends anything. */
const LOOKUP_MS = 2_000;

export const icmpMonitor = defineMonitor<IcmpSettings>({
  type: 'icmp',
  summary: 'Pings a host; checks packet loss and round-trip time.',
  settings: IcmpSettings,
  target: (settings) => `icmp://${bareHost(settings)}`,
  destination: [],
  deadlineMs: (settings) => LOOKUP_MS + longestMs(planOf(settings)),
  weight: 1,
  prepare,
});

function prepare(settings: IcmpSettings): PreparedCheck {
  const host = bareHost(settings);
  const plan = planOf(settings);
  return (context) => check(settings, host, plan, new ProbeRun(context));
}

async function check(settings: IcmpSettings, host: string, plan: PingPlan, run: ProbeRun): Promise<CheckResult> {
  const { signal } = run;
  try {
    const address = await run.within(LOOKUP_MS, (scope) => addressOf(settings, host, run, scope));
    const rttsMs = await pinger.ping(address, plan, signal);
    return withRoundTrip(judge(settings, run, address, rttsMs), rttsMs);
  } catch (error) {
    const reason = inWords(error);
    const message = `Unable to ping ${host}: ${reason}`;
    if (error instanceof CannotPing && !signal.aborted) return run.verdict('unknown', message, 'an answer', reason);
    return run.failedWith(error, message, 'an answer', reason);
  }
}

/** Its latency is the mean round trip: how long the program took to send its packets says nothing about the target. */
function withRoundTrip(result: CheckResult, rttsMs: readonly (number | null)[]): CheckResult {
  const meanMs = meanOf(rttsMs);
  if (meanMs === null) return result;
  const measured = { ...result, latencyMs: meanMs };
  delete measured.phases;
  return measured;
}

function meanOf(rttsMs: readonly (number | null)[]): number | null {
  const answered = rttsMs.filter((rtt) => rtt !== null);
  return answered.length === 0 ? null : answered.reduce((sum, rtt) => sum + rtt, 0) / answered.length;
}

async function addressOf(settings: IcmpSettings, host: string, run: ProbeRun, scope: Scope): Promise<string> {
  run.stage = `looking up ${host}`;
  const since = performance.now();
  const addresses = await run.targets.resolve({ host }, scope);
  run.spent('lookup', since);
  const version = settings['ip-version'];
  const found = addresses.find(({ family }) => version === undefined || String(family) === version);
  if (!found) throw new Error(`${host} has no address of IP version ${version}`);
  return found.address;
}

function judge(
  settings: IcmpSettings,
  run: ProbeRun,
  address: string,
  rttsMs: readonly (number | null)[],
): CheckResult {
  const answered = rttsMs.filter((rtt) => rtt !== null);
  const lost = rttsMs.length - answered.length;
  const loss = (100 * lost) / rttsMs.length;
  const meanMs = meanOf(rttsMs);
  measure(settings, run, loss, meanMs, answered);

  const lossLimits = [settings['loss-warning'], valueOf(IcmpSettings, settings, 'loss-critical')] as const;
  const rttLimits = [limitMs(settings['rtt-warning']), limitMs(settings['rtt-critical'])] as const;
  for (const [status, at] of [
    ['critical', 1],
    ['warning', 0],
  ] as const) {
    const lossLimit = lossLimits[at];
    if (lossLimit !== undefined && loss >= lossLimit) {
      const found = `${lost} of ${rttsMs.length} packets lost (${rounded(loss)} %)`;
      return run.verdict(status, `${address}: ${found}`, `less than ${lossLimit} % of packets lost`, found);
    }
    const rttLimit = rttLimits[at];
    if (rttLimit !== undefined && meanMs !== null && meanMs > rttLimit) {
      const found = `a mean round-trip time of ${rounded(meanMs)} ms`;
      return run.verdict(status, `${address}: ${found}`, `at most ${formatDuration(rttLimit)}`, found);
    }
  }
  return run.ok();
}

function measure(
  settings: IcmpSettings,
  run: ProbeRun,
  loss: number,
  meanMs: number | null,
  answered: readonly number[],
): void {
  const { 'loss-warning': lossWarning, 'rtt-warning': rttWarning, 'rtt-critical': rttCritical } = settings;
  const ranges = (warn: number | undefined, crit: number | undefined): { warn?: string; crit?: string } => ({
    ...(warn === undefined ? {} : { warn: String(warn) }),
    ...(crit === undefined ? {} : { crit: String(crit) }),
  });
  run.performance = [
    { label: 'rta', value: meanMs, unit: 'ms', ...ranges(limitMs(rttWarning), limitMs(rttCritical)), min: 0 },
    {
      label: 'pl',
      value: loss,
      unit: '%',
      ...ranges(lossWarning, valueOf(IcmpSettings, settings, 'loss-critical')),
      min: 0,
      max: 100,
    },
    ...(answered.length === 0
      ? []
      : [
          { label: 'rtmin', value: Math.min(...answered), unit: 'ms', min: 0 },
          { label: 'rtmax', value: Math.max(...answered), unit: 'ms', min: 0 },
        ]),
  ];
}

function planOf(settings: IcmpSettings): PingPlan {
  return {
    packets: valueOf(IcmpSettings, settings, 'packets'),
    // fping counts in whole milliseconds.
    intervalMs: Math.round(parseDuration(valueOf(IcmpSettings, settings, 'packet-interval'))),
    size: valueOf(IcmpSettings, settings, 'size'),
    timeoutMs: Math.max(1, Math.round(timeoutMsOf(IcmpSettings, settings, 'timeout'))),
  };
}

function limitMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function bareHost({ host }: IcmpSettings): string {
  return hostOf(host) ?? host;
}
