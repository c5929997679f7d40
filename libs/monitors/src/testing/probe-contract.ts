import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attributesOf, type CheckResult, formatDuration, isOfType } from '@9volt/contracts';
import type { MonitorDefinition, ReceivedCalls } from '../define-monitor.js';
import { faultsOf, monitorOf, runProbe, type Written } from './run-probe.js';

/** Monitors of one type, without `type`, against targets that behave as each name says. */
export interface ContractTargets {
  healthy: Written;
  failing: Written;
  /** No server: a closed port, a program that does not exist. */
  refused: Written;
  /** The target accepts the request and never answers. Without a timeout. Omitted by a type that contacts nobody. */
  hanging?: Written;
  /** Received calls, for a type that waits for them. */
  calls?: Record<Which, ReceivedCalls>;
  close(): Promise<void>;
}

type Which = 'healthy' | 'failing' | 'refused';

/** Tolerance for a busy machine, on top of what a probe promises. */
const SLACK_MS = 1_500;

const neverRegistered = (): void => undefined;

/** The promises of every probe to the worker, tested against real targets. Each probe's spec runs it. */
export function describeProbeContract(definition: MonitorDefinition, start: () => Promise<ContractTargets>): void {
  const type = definition.type;

  describe(`${type}: the contract of a probe`, () => {
    let targets: ContractTargets;
    const written = (which: Which | 'hanging', more: Written = {}): Written => ({
      type,
      ...targets[which],
      ...more,
    });

    const asksNobody = definition.calls !== undefined;
    /** For types that contact a target, which may hang. The type that waits for calls has none of these tests. */
    const asking = asksNobody ? neverRegistered : it;
    const run = (which: Which, more: Written = {}): Promise<CheckResult> => {
      const calls = targets.calls?.[which];
      return runProbe(written(which, more), undefined, calls && { calls });
    };

    const allTimeouts = (limit: string): Written => {
      const names = [...attributesOf(definition.settings).keys()].filter((name) => /timeout$/.test(name));
      expect(names).not.toEqual([]);
      return Object.fromEntries(names.map((name) => [name, limit]));
    };

    beforeAll(async () => {
      targets = await start();
      // A spec that forgets one of the two would skip a promise.
      expect({ calls: targets.calls !== undefined, hanging: targets.hanging !== undefined }).toEqual({
        calls: asksNobody,
        hanging: !asksNobody,
      });
    });
    afterAll(() => targets.close());

    it('finds a healthy target ok', async () => {
      const result = await run('healthy');
      expect(result).toMatchObject({ status: 'ok', message: 'N/A' });
      expect(result.latencyMs).toBeGreaterThan(0);
    });

    it.each(['failing', 'refused'] as const)('answers a %s target with a value that says why', async (which) => {
      const result = await run(which);
      expect(result.status).toBe('critical');
      expect(result.message.length).toBeGreaterThan(10);
      expect(result.expected).toBeTruthy();
      expect(result.found).toBeTruthy();
    });

    asking('ends within its deadline when the target hangs', async () => {
      const hanging = written('hanging', allTimeouts('300ms'));
      const { definition: found, settings } = monitorOf(hanging);
      const result = await runProbe(hanging);
      expect(result.status).toBe('critical');
      expect(result.message).not.toBe('');
      expect(result.latencyMs).toBeGreaterThanOrEqual(295);
      expect(result.latencyMs).toBeLessThan(found.deadlineMs(settings) + SLACK_MS);
    });

    it('gives up at once when it is aborted before the run', async () => {
      expect(await runProbe(written('healthy'), AbortSignal.abort())).toMatchObject({
        status: 'unknown',
        message: 'aborted',
      });
    });

    asking('gives up at once when it is aborted during the run', async () => {
      const stop = new AbortController();
      const running = runProbe(written('hanging'), stop.signal);
      setTimeout(() => stop.abort(), 100);
      const result = await running;
      expect(result).toMatchObject({ status: 'unknown', message: 'aborted' });
      expect(result.latencyMs).toBeLessThan(100 + SLACK_MS);
    });

    it('leaves nothing open behind', async () => {
      await run('healthy');
      const before = await settledResources();
      for (const which of ['healthy', 'failing', 'refused'] as const) await run(which);
      if (!asksNobody) {
        await runProbe(written('hanging', allTimeouts('100ms')));
        const stop = new AbortController();
        setTimeout(() => stop.abort(), 50);
        await runProbe(written('hanging'), stop.signal);
      }
      expect(await settledResources(before)).toEqual(before);
    });

    it('describes each attribute, with an example or a default', () => {
      const attributes = [...attributesOf(definition.settings).values()];
      expect(attributes.length).toBeGreaterThan(0);
      for (const meta of attributes) {
        expect({ name: meta.name, doc: meta.doc.length > 10 }).toEqual({ name: meta.name, doc: true });
        expect({ name: meta.name, shown: (meta.example ?? meta.default) !== undefined }).toEqual({
          name: meta.name,
          shown: true,
        });
      }
    });

    it('runs with the defaults that it documents', async () => {
      const defaults = Object.fromEntries(
        [...attributesOf(definition.settings).values()]
          .filter((meta) => isOfType(meta) && meta.default !== undefined && meta.default !== '')
          .map((meta) => [meta.name, meta.default]),
      );
      const left = monitorOf(written('healthy'));
      const spelled = monitorOf(written('healthy', { ...defaults, ...targets.healthy }));
      expect(definition.target(left.settings)).toBe(definition.target(spelled.settings));
      expect(definition.deadlineMs(left.settings)).toBe(definition.deadlineMs(spelled.settings));
      expect(await run('healthy', { ...defaults, ...targets.healthy })).toMatchObject({ status: 'ok' });
    });

    it('needs no explicit timeout for a short interval', () => {
      expect(faultsOf(written('healthy', { interval: '1ms' }))).toEqual([]);
    });

    asking('refuses a timeout that is not below the interval', () => {
      const at = formatDuration(5_000);
      expect(faultsOf(written('healthy', { interval: at, timeout: at }))).toEqual([expect.stringContaining('timeout')]);
      expect(faultsOf(written('healthy', { interval: at, timeout: '4999ms' }))).toEqual([]);
    });

    it('suggests the attribute that an unknown one probably means', () => {
      expect(faultsOf(written('healthy', { intreval: '1s' }))).toEqual([
        'unknown attribute "intreval"; did you mean "interval"?',
      ]);
    });

    it('writes its target in one line', () => {
      expect(definition.target(monitorOf(written('healthy')).settings)).toMatch(/^[^\n]+$/);
    });
  });
}

/** The handles that keep the process busy, by kind; waits for closing ones, until it equals `goal`. */
async function settledResources(goal?: Record<string, number>): Promise<Record<string, number>> {
  let now = resources();
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = resources();
    const settled = goal
      ? JSON.stringify(next) === JSON.stringify(goal)
      : tries > 5 && JSON.stringify(next) === JSON.stringify(now);
    if (settled) return next;
    now = next;
  }
  return now;
}

const KINDS = [
  'TCPSocketWrap',
  'TLSWrap',
  'UDPWrap',
  'ProcessWrap',
  'PipeWrap',
  'QueryReqWrap',
  'GetAddrInfoReqWrap',
  'Timeout',
  'Zlib',
];

function resources(): Record<string, number> {
  const active = process.getActiveResourcesInfo();
  return Object.fromEntries(KINDS.map((kind) => [kind, active.filter((each) => each === kind).length]));
}
