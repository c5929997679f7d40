import { type HistoryPeriods, INCIDENT_AGE_MS, type Tally } from '@9volt/contracts';
import type { ArchiveConnection } from './archive-connection.js';
import { ABSENT, codeOf } from './archive-fault.js';
import type { ArchivedIncident } from './archive-writer.js';
import { type ArchiveLevel, type ArchivePeriod, beginOf, instant, numberOf } from './periods.js';
import { COLUMNS, SUMS, type TallyRow, tallyOf } from './tally-rows.js';

/** Of a question about one monitor. */
const ANSWER_MS = 2_000;
/** Of a question about all monitors. */
const SUMS_MS = 20_000;

/** Which periods the archive has, and what it says of itself. */
export interface ArchiveIndex {
  hour: ReadonlySet<number>;
  day: ReadonlySet<number>;
  kept: Readonly<Record<ArchiveLevel, number>>;
  /** When the leader wrote last; undefined if none has ever. */
  writtenAt: number | undefined;
  /** Since when there are all incidents. */
  incidentsSince: number | undefined;
}

const NOTHING: ArchiveIndex = {
  hour: new Set(),
  day: new Set(),
  kept: { hour: 0, day: 0 },
  writtenAt: undefined,
  incidentsSince: undefined,
};

/** Answers about the past of one cluster. Every method throws `ArchiveFault`. */
export class ArchiveReader {
  constructor(
    private readonly connection: ArchiveConnection,
    private readonly prefix: string,
    private readonly lengths: HistoryPeriods,
  ) {}

  async index(): Promise<ArchiveIndex> {
    try {
      return await this.connection.read(ANSWER_MS, async (query) => {
        const [cluster] = await query<Record<'id' | 'hours' | 'days' | 'written' | 'since', string>>(
          `SELECT id, hours_kept_ms AS hours, days_kept_ms AS days, ${msOf('written_at')} AS written, ${msOf('since')} AS since
           FROM ninevolt.cluster WHERE prefix = $1`,
          [this.prefix],
        );
        if (!cluster) return NOTHING;
        const rows = await query<{ level: ArchiveLevel; ms: string }>(
          `SELECT level, ${msOf('at')} AS ms FROM ninevolt.period WHERE cluster = $1`,
          [cluster.id],
        );
        const found = { hour: new Set<number>(), day: new Set<number>() };
        for (const { level, ms } of rows) found[level].add(numberOf(level, Number(ms), this.lengths));
        const [hour, day] = [Number(cluster.hours), Number(cluster.days)];
        // Older ones were gone when the archive began.
        const incidentsSince = Number(cluster.since) - INCIDENT_AGE_MS;
        return { ...found, kept: { hour, day }, writtenAt: Number(cluster.written), incidentsSince };
      });
    } catch (error) {
      // No leader has made the tables yet.
      if (ABSENT.includes(codeOf((error as Error).cause) ?? '')) return NOTHING;
      throw error;
    }
  }

  /** The tallies of a monitor in some periods, in the order of time. */
  async talliesOf(name: string, periods: readonly ArchivePeriod[]): Promise<Tally[]> {
    const rows = await this.connection.read(ANSWER_MS, (query) =>
      query<TallyRow & { begin: string }>(
        `SELECT ${msOf('t.at')} AS begin, ${Object.keys(COLUMNS)
          .map((column) => `t.${column}`)
          .join(', ')}
         FROM ninevolt.cluster c
         JOIN ninevolt.monitor m ON m.cluster = c.id AND m.name = $2
         CROSS JOIN ${runsAt(3)}
         JOIN ninevolt.tally t ON t.monitor = m.id AND t.level = r.level AND t.at >= r.begin AND t.at < r.until
         WHERE c.prefix = $1 ORDER BY t.at`,
        [this.prefix, name, ...this.runs(periods)],
      ),
    );
    return rows.map((row) => tallyOf(row, Number(row.begin)));
  }

  /** The sums of all monitors over some periods, of times and counts only. */
  async totals(periods: readonly ArchivePeriod[]): Promise<Map<string, Tally>> {
    const rows = await this.connection.read(SUMS_MS, (query) =>
      query<TallyRow & { name: string }>(
        `WITH rows AS (
           SELECT m.name, t.*, ${msOf('t.at')} + t.first_ms AS first, ${msOf('t.at')} + t.last_ms AS last
           FROM ninevolt.cluster c
           JOIN ninevolt.monitor m ON m.cluster = c.id
           CROSS JOIN ${runsAt(2)}
           JOIN ninevolt.tally t ON t.monitor = m.id AND t.level = r.level AND t.at >= r.begin AND t.at < r.until
           WHERE c.prefix = $1
         ) ${SUMS}`,
        [this.prefix, ...this.runs(periods)],
      ),
    );
    return new Map(rows.map((row) => [row.name, tallyOf(row, 0)]));
  }

  /** Incidents that were open at some time of a range. */
  incidents(from: number, to: number): Promise<ArchivedIncident[]> {
    return this.connection.read(ANSWER_MS, async (query) => {
      const rows = await query<{ monitor: string; id: string; opened: string; closed: string | null; worst: string }>(
        `SELECT m.name AS monitor, i.id, ${msOf('opened_at')} AS opened, ${msOf('closed_at')} AS closed, worst
         FROM ninevolt.cluster c JOIN ninevolt.monitor m ON m.cluster = c.id JOIN ninevolt.incident i ON i.monitor = m.id
         WHERE c.prefix = $1 AND opened_at < $3 AND (closed_at IS NULL OR closed_at > $2)`,
        [this.prefix, instant(from), instant(to)],
      );
      return rows.map(({ monitor, id, opened, closed, worst }) => ({
        monitor,
        id,
        openedAt: instant(Number(opened)),
        closedAt: closed === null ? null : instant(Number(closed)),
        worst,
      }));
    });
  }

  /** Periods side by side are one range: the parameters of {@link runsAt}. */
  private runs(periods: readonly ArchivePeriod[]): [levels: string[], begins: string[], ends: string[]] {
    const runs: { level: ArchiveLevel; from: number; to: number }[] = [];
    for (const { level, n } of periods) {
      const last = runs.at(-1);
      if (last?.level === level && last.to === n) last.to = n + 1;
      else runs.push({ level, from: n, to: n + 1 });
    }
    const begin = (level: ArchiveLevel, n: number): string => instant(beginOf({ level, n }, this.lengths));
    return [
      runs.map(({ level }) => level),
      runs.map(({ level, from }) => begin(level, from)),
      runs.map(({ level, to }) => begin(level, to)),
    ];
  }
}

/** Ranges of time from three parameters of a statement, `first` and the next two. */
function runsAt(first: number): string {
  return `unnest($${first}::text[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) AS r(level, begin, until)`;
}

function msOf(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}
