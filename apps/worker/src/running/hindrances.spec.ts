import { beforeEach, expect, test } from '@jest/globals';
import type { Member } from '@9volt/contracts';
import { Health, Metrics } from '@9volt/platform';
import { FakeClock } from '../testing/fake-clock.js';
import { Hindrances } from './hindrances.js';

let clock: FakeClock;
let health: Health;
let standstills: { totalMs: number };
let events: { type: string; message: string; details: object }[];
let member: Partial<Member>;
let hindrances: Hindrances;
beforeEach(() => {
  clock = new FakeClock();
  health = new Health();
  standstills = { totalMs: 0 };
  events = [];
  member = {};
  const node = {
    options: { name: 'w1' },
    events: {
      emit: (type: string, message: string, { details }: { details: object }) =>
        events.push({ type, message, details }),
    },
    session: { update: async (change: Partial<Member>) => void Object.assign(member, change) },
  };
  const dependencies = [node, clock, standstills, new Metrics(), health];
  hindrances = new Hindrances(...(dependencies as unknown as ConstructorParameters<typeof Hindrances>));
});

const FILES =
  'checks wait: the worker can open 200 files, so it runs at most 52 checks at once; raise the limit (ulimit -n)';

test('a standstill says how long it was, and how many checks ran again', async () => {
  standstills.totalMs = 3_004;
  hindrances.repeated({ kind: 'held-up' });
  hindrances.repeated({ kind: 'held-up' });
  hindrances.unjudged({ kind: 'held-up' });
  await clock.advance(1_000);
  expect(events).toMatchObject([
    { type: 'member-held-up', message: 'w1 stood still for 3s: it repeated 2 failed checks, 1 check had no verdict' },
  ]);
  expect(health.missing()).toEqual({});
});

test('checks that wait for files say so, and nothing of checks that did not fail', async () => {
  hindrances.waited(52, 200);
  hindrances.waited(52, 200);
  expect(member.Short).toBe(FILES);
  expect(health.missing()).toEqual({ resources: FILES });
  await clock.advance(1_000);
  expect(events).toMatchObject([
    {
      type: 'member-short',
      message: `w1 runs short: ${FILES}: 2 checks waited for more than a second`,
      details: { repeated: 0, unjudged: 0, waited: 2, shortages: [] },
    },
  ]);
});

test('the event after the shortage is over still says what was short, and names each once', async () => {
  hindrances.waited(52, 200);
  await clock.advance(1_000);
  hindrances.waited(52, 200);
  hindrances.repeated({ kind: 'shortage', code: 'EMFILE' });
  hindrances.repeated({ kind: 'shortage', code: 'EMFILE' });
  // The event waits for its minute, and nothing is short any more by then.
  await clock.advance(59_000);
  await clock.advance(1_000);
  expect(health.missing()).toEqual({});
  expect(events.at(-1)?.message).toBe(
    `w1 runs short: ${FILES}; it ran out of file descriptors (EMFILE): it repeated 2 failed checks, 1 check waited for more than a second`,
  );
  expect(events).toHaveLength(2);
});
