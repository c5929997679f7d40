import { describe, expect, it } from '@jest/globals';
import { historyPeriods, type Level, retentionOf } from '@9volt/contracts';
import type { Fold, HistoryIndex, TallyKey } from '@9volt/etcd-dal';
import { expiredDays, foldsDue, trimsDue } from './plan-folds.js';

const lengths = historyPeriods();
const kept = retentionOf(1);
/** The hour 1,000 ends here. */
const END = 1_001 * lengths.hour;

function indexOf(level: Level, revisions: Record<number, number[]>): HistoryIndex {
  const periods = new Map(
    Object.entries(revisions).map(([n, all]): [number, TallyKey[]] => [
      Number(n),
      all.map((modRevision) => ({ key: `${n}/${modRevision}`, digest: 'd', modRevision })),
    ]),
  );
  return { minute: new Map(), hour: new Map(), day: new Map(), [level]: periods };
}
const folded = (hour: Record<number, Fold> = {}, day: Record<number, Fold> = {}) => ({
  hour: new Map(Object.entries(hour).map(([n, fold]) => [Number(n), fold])),
  day: new Map(Object.entries(day).map(([n, fold]) => [Number(n), fold])),
});
const minutes = indexOf('minute', { 60_059: [12], 60_000: [5], 60_001: [7, 6], 60_060: [20] });

describe('the folds that are due', () => {
  const due = (now: number, hours?: Record<number, Fold>) =>
    foldsDue('hour', { index: minutes, folded: folded(hours), now, lengths });

  it('are those of hours that ended five minutes ago, with all of their minutes in order', () => {
    expect(due(END + 299_999)).toEqual([]);
    const [step, ...others] = due(END + 300_000);
    expect(step?.sources.map(({ key }) => key)).toEqual(['60000/5', '60001/7', '60001/6', '60059/12']);
    expect([step?.n, step?.revision, step?.adds, others]).toEqual([1_000, 12, false, []]);
  });

  it('are none twice, unless something came late: then from all of it', () => {
    expect(due(END + 300_000, { 1_000: { revision: 12 } })).toEqual([]);
    expect(due(END + 300_000, { 1_000: { revision: 7 } })[0]?.sources).toHaveLength(4);
  });

  it('add to an hour whose minutes are gone', () => {
    const [step] = due(END + 9 * lengths.hour, { 1_000: { revision: 7, trimmed: true } });
    expect([step?.adds, step?.sources.map(({ key }) => key)]).toEqual([true, ['60059/12']]);
  });

  it('of days are made of hours', () => {
    const index = indexOf('hour', { 24: [3], 47: [4], 48: [5] });
    const now = 2 * lengths.day + 300_000;
    expect(foldsDue('day', { index, folded: folded(), now, lengths })).toMatchObject([{ n: 1, revision: 4 }]);
  });
});

describe('what is kept no longer', () => {
  it('is only what is in a fold', () => {
    const at = (now: number, fold?: Fold) =>
      trimsDue('hour', { index: minutes, folded: folded(fold && { 1_000: fold }), now, lengths, kept });
    expect(at(END + 9 * lengths.hour).size).toBe(0);
    expect(at(END + 3 * lengths.hour - 1, { revision: 12 }).size).toBe(0);
    expect(at(END + 3 * lengths.hour, { revision: 12 }).get(1_000)).toHaveLength(4);
    expect(at(END + 3 * lengths.hour, { revision: 7 }).get(1_000)).toHaveLength(3);
  });

  it('are days after a hundred days', () => {
    const index = indexOf('day', { 10: [1], 11: [2] });
    expect(expiredDays(index, 111 * lengths.day, lengths, kept).map(({ key }) => key)).toEqual(['10/1']);
  });
});
