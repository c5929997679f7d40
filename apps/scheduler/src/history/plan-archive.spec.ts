import { describe, expect, it } from '@jest/globals';
import { historyPeriods, retentionOf } from '@9volt/contracts';
import type { HistoryIndex, TallyKey } from '@9volt/etcd-dal';
import { type ArchiveKnown, archivesDue, withoutHeld } from './plan-archive.js';

const lengths = historyPeriods();
const { day: DAY, hour: HOUR } = lengths;
const kept = retentionOf(100_000);
/** The number of a day, and when etcd no longer keeps its hours, and it. */
const D = 20_700;
const HOURS_GO_AT = (D + 1) * DAY + kept.hour;
const DAY_GOES_AT = (D + 1) * DAY + kept.day;
const FIRST_HOUR = D * 24;

const keyOf = (digest: string, modRevision: number): TallyKey => ({ key: digest, digest, modRevision });
function indexOf(hours: Record<number, TallyKey[]>, days: Record<number, TallyKey[]> = {}): HistoryIndex {
  const map = (all: Record<number, TallyKey[]>) => new Map(Object.entries(all).map(([n, keys]) => [Number(n), keys]));
  return { minute: new Map(), hour: map(hours), day: map(days) };
}
const known = (now: number, more: Partial<ArchiveKnown> = {}): ArchiveKnown => ({
  archived: { hour: new Map(), day: new Map() },
  ...{ now, lengths, kept, keepMs: 400 * DAY },
  ...more,
});

describe('what to copy', () => {
  const index = indexOf(
    { [FIRST_HOUR]: [keyOf('a', 5), keyOf('b', 6)], [FIRST_HOUR + 24]: [keyOf('a', 9)] },
    { [D]: [keyOf('a', 8)] },
  );
  const now = (D + 2) * DAY;

  it('is all at first, and what etcd loses first comes first', () => {
    expect(archivesDue(index, known(now)).map(({ level, n }) => [level, n])).toEqual([
      ['hour', FIRST_HOUR],
      ['hour', FIRST_HOUR + 24],
      ['day', D],
    ]);
  });

  it('is nothing twice, whatever the order of the keys; and what was folded again', () => {
    const sources = archivesDue(index, known(now));
    const of = (level: string) =>
      new Map(sources.filter((one) => one.level === level).map(({ n, source }) => [n, source]));
    const archived = { hour: of('hour'), day: of('day') };
    const turned = indexOf(
      { [FIRST_HOUR]: [keyOf('b', 6), keyOf('a', 5)], [FIRST_HOUR + 24]: [keyOf('a', 9)] },
      { [D]: [keyOf('a', 8)] },
    );
    expect(archivesDue(turned, known(now, { archived }))).toEqual([]);
    const again = indexOf({ [FIRST_HOUR]: [keyOf('b', 6), keyOf('a', 10)] });
    expect(archivesDue(again, known(now, { archived }))).toMatchObject([{ level: 'hour', n: FIRST_HOUR }]);
  });

  it('is not what etcd is removing, if it was whole once', () => {
    const archived = { hour: new Map([[FIRST_HOUR, 'all of it']]), day: new Map() };
    const left = indexOf({ [FIRST_HOUR]: [keyOf('a', 5)] });
    expect(archivesDue(left, known(HOURS_GO_AT - 1, { archived }))).toHaveLength(1);
    expect(archivesDue(left, known(HOURS_GO_AT, { archived }))).toEqual([]);
    expect(archivesDue(left, known(HOURS_GO_AT))).toHaveLength(1);
  });

  it('is not what the archive would remove at once', () => {
    const keepMs = 8 * DAY;
    const end = (FIRST_HOUR + 1) * HOUR;
    const old = indexOf({ [FIRST_HOUR]: [keyOf('a', 5)] });
    expect(archivesDue(old, known(end + 2 * DAY - 1, { keepMs }))).toHaveLength(1);
    expect(archivesDue(old, known(end + 2 * DAY, { keepMs }))).toEqual([]);
  });
});

describe('what etcd may remove', () => {
  const index = indexOf({ [FIRST_HOUR]: [keyOf('a', 5)] }, { [D]: [keyOf('a', 8)] });
  const free = (now: number, more?: Partial<ArchiveKnown>) => {
    const { free: some, lost } = withoutHeld(index, known(now, more));
    return { hours: some.hour.size, days: some.day.size, lost };
  };

  it('is what is archived', () => {
    const archived = { hour: new Map([[FIRST_HOUR, 'x']]), day: new Map() };
    expect(free(HOURS_GO_AT, { archived })).toEqual({ hours: 1, days: 0, lost: 0 });
  });

  it.each([{ archived: undefined }, {}])(
    'is not the rest, until a day after its time: then the size of etcd wins',
    (more) => {
      expect(free(HOURS_GO_AT, more)).toEqual({ hours: 0, days: 0, lost: 0 });
      expect(free(HOURS_GO_AT + DAY - 1, more)).toEqual({ hours: 0, days: 0, lost: 0 });
      expect(free(HOURS_GO_AT + DAY, more)).toEqual({ hours: 1, days: 0, lost: 1 });
      expect(free(DAY_GOES_AT + DAY, more)).toEqual({ hours: 1, days: 1, lost: 2 });
    },
  );

  it('is what is too old for the archive, too', () => {
    expect(free(HOURS_GO_AT, { keepMs: 4 * DAY })).toEqual({ hours: 1, days: 0, lost: 0 });
  });
});
