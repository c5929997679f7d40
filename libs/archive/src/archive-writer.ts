import type { HistoryPeriods, Tally } from '@9volt/contracts';
import type { ArchiveConnection, Query } from './archive-connection.js';
import { ArchiveFault, ArchiveFenced } from './archive-fault.js';
import {
  ARCHIVE_LEVELS,
  type ArchiveLevel,
  type ArchivePeriod,
  archiveRetention,
  beginOf,
  instant,
  numberOf,
} from './periods.js';
import { migrate } from './schema.js';
import { COLUMNS, rowOf } from './tally-rows.js';

/** Of one statement. */
const ROWS = 500;
const SHORT_MS = 10_000;
/** An hour of 100,000 monitors takes seconds. */
const PERIOD_MS = 120_000;
/** After this time without a write another etcd may continue the history of a prefix. */
const ABANDONED = "interval '3 hours'";
const REMOVED_AT_ONCE = 20;

export interface ArchiveCluster {
  prefix: string;
  /** Distinguishes the data of this etcd from that of another one: `ClusterId`. */
  data: string;
  lengths: HistoryPeriods;
}

/** What the archive has of a level: by the number of each period, from which keys of etcd it was made. */
export type Archived = Readonly<Record<ArchiveLevel, ReadonlyMap<number, string>>>;

export interface ArchivedIncident {
  monitor: string;
  id: string;
  openedAt: string;
  closedAt: string | null;
  worst: string;
}

/** The writes of a leader. Each transaction begins with the comparison that no later leader has written. */
export class ArchiveWriter {
  constructor(
    private readonly connection: ArchiveConnection,
    private readonly cluster: ArchiveCluster,
    private readonly epoch: number,
  ) {}

  /**
   * Makes the tables if they are missing, and takes the archive over. `stillLeads` asks etcd. Throws {@link ArchiveFault}, and
   * {@link ArchiveFenced} if a later leader has written.
   */
  async open(stillLeads: () => Promise<boolean>): Promise<Archived> {
    const { prefix, data } = this.cluster;
    await this.connection.write(SHORT_MS, migrate);
    const found = await this.connection.write(SHORT_MS, async (query) => {
      await query(
        'INSERT INTO ninevolt.cluster (prefix, data, epoch) VALUES ($1, $2, $3) ON CONFLICT (prefix) DO NOTHING',
        [prefix, data, this.epoch],
      );
      const [row] = await query<{ data: string; epoch: string; abandoned: boolean }>(
        `SELECT data, epoch, written_at < now() - ${ABANDONED} AS abandoned FROM ninevolt.cluster WHERE prefix = $1`,
        [prefix],
      );
      return row;
    });
    if (found && found.data !== data && !found.abandoned) {
      throw new ArchiveFault(
        `another etcd with the prefix ${prefix} writes to this archive; use another --etcd-prefix, or another database. If it is gone, this one continues its history after 3 hours`,
      );
    }
    // A later epoch, although etcd knows no later leader: it is of an etcd that was wiped, or restored from a backup.
    if (found && (found.data !== data || Number(found.epoch) > this.epoch)) {
      if (!(await stillLeads())) throw new ArchiveFenced('another process leads');
      await this.connection.write(SHORT_MS, (query) =>
        query('UPDATE ninevolt.cluster SET data = $3, epoch = $4 WHERE prefix = $1 AND data = $2 AND epoch = $5', [
          prefix,
          found.data,
          data,
          this.epoch,
          found.epoch,
        ]),
      );
    }
    return this.archived();
  }

  /** Tells readers for how long the archive keeps what, and that this leader is there. */
  async note(keepMs: number): Promise<void> {
    const { hour, day } = archiveRetention(keepMs);
    await this.fenced(SHORT_MS, (query, id) =>
      query('UPDATE ninevolt.cluster SET hours_kept_ms = $2, days_kept_ms = $3 WHERE id = $1', [
        id,
        Math.round(hour),
        Math.round(day),
      ]),
    );
  }

  /** Writes the tallies of a period in place of those that the archive has. `source` says from which keys of etcd they are. */
  async replace(period: ArchivePeriod, source: string, tallies: ReadonlyMap<string, Tally>): Promise<void> {
    const begin = beginOf(period, this.cluster.lengths);
    const place = [period.level, instant(begin)];
    await this.fenced(PERIOD_MS, async (query, id) => {
      const before = await query(
        'DELETE FROM ninevolt.period WHERE cluster = $1 AND level = $2 AND at = $3 RETURNING 1',
        [id, ...place],
      );
      if (before.length > 0) {
        await query(
          'DELETE FROM ninevolt.tally t USING ninevolt.monitor m WHERE m.id = t.monitor AND m.cluster = $1 AND t.level = $2 AND t.at = $3',
          [id, ...place],
        );
      }
      const entries = [...tallies];
      for (let from = 0; from < entries.length; from += ROWS) {
        const some = entries.slice(from, from + ROWS);
        await addMonitors(
          query,
          id,
          some.map(([name]) => name),
        );
        await query(INSERT, [id, ...place, JSON.stringify(some.map(([name, tally]) => rowOf(name, tally, begin)))]);
      }
      await query('INSERT INTO ninevolt.period (cluster, level, at, source) VALUES ($1, $2, $3, $4)', [
        id,
        ...place,
        source,
      ]);
    });
  }

  /** Writes incidents, in place of what the archive has of each. */
  async keepIncidents(incidents: readonly ArchivedIncident[]): Promise<void> {
    for (let from = 0; from < incidents.length; from += ROWS) {
      const some = incidents.slice(from, from + ROWS);
      await this.fenced(SHORT_MS, async (query, id) => {
        await addMonitors(query, id, [...new Set(some.map(({ monitor }) => monitor))]);
        await query(INSERT_INCIDENTS, [id, JSON.stringify(some)]);
      });
    }
  }

  /** Removes what is older than it is kept. Answers how many rows; a bounded number at a time. */
  async expire(keepMs: number, now: number): Promise<number> {
    const kept = archiveRetention(keepMs);
    let removed = 0;
    for (const level of ARCHIVE_LEVELS) {
      const before = instant(now - kept[level] - this.cluster.lengths[level]);
      removed += await this.fenced(SHORT_MS, async (query, id) => {
        await query('DELETE FROM ninevolt.period WHERE cluster = $1 AND level = $2 AND at <= $3', [id, level, before]);
        return (await query(EXPIRE_TALLIES, [id, level, before])).length;
      });
    }
    removed += await this.fenced(
      SHORT_MS,
      async (query, id) => (await query(EXPIRE_INCIDENTS, [id, instant(now - kept.day)])).length,
    );
    return removed;
  }

  /**
   * Removes the history of monitors that were not there at any time of the last `keptMs`. Answers how many; a bounded number at a time.
   */
  async forget(isGone: (name: string) => boolean, keptMs: number, now: number): Promise<number> {
    return this.fenced(SHORT_MS, async (query, id) => {
      const monitors = await query<{ id: number; name: string; gone: boolean }>(
        'SELECT id, name, gone_at IS NOT NULL AS gone FROM ninevolt.monitor WHERE cluster = $1',
        [id],
      );
      const turned = monitors.filter(({ name, gone }) => isGone(name) !== gone);
      const at = instant(now);
      for (const isNow of [true, false]) {
        const ids = turned.filter(({ gone }) => gone !== isNow).map(({ id: monitor }) => monitor);
        const goneAt = isNow ? at : null;
        if (ids.length > 0) {
          await query('UPDATE ninevolt.monitor SET gone_at = $2 WHERE id = ANY($1)', [ids, goneAt]);
        }
      }
      const gone = await query(
        'DELETE FROM ninevolt.monitor WHERE id IN (SELECT id FROM ninevolt.monitor WHERE cluster = $1 AND gone_at <= $2 LIMIT $3) RETURNING 1',
        [id, instant(now - keptMs), REMOVED_AT_ONCE],
      );
      return gone.length;
    });
  }

  private async archived(): Promise<Archived> {
    const { prefix, lengths } = this.cluster;
    const rows = await this.connection.read(SHORT_MS, (query) =>
      query<{ level: ArchiveLevel; ms: string; source: string }>(
        'SELECT level, (extract(epoch FROM at) * 1000)::bigint AS ms, source FROM ninevolt.period p JOIN ninevolt.cluster c ON c.id = p.cluster WHERE c.prefix = $1',
        [prefix],
      ),
    );
    const found = { hour: new Map<number, string>(), day: new Map<number, string>() };
    for (const { level, ms, source } of rows) found[level].set(numberOf(level, Number(ms), lengths), source);
    return found;
  }

  /** A transaction that no later leader has preceded. The lock makes one that is about to begin wait. */
  private fenced<T>(limitMs: number, work: (query: Query, cluster: number) => Promise<T>): Promise<T> {
    const { prefix, data } = this.cluster;
    return this.connection.write(limitMs, async (query) => {
      const [row] = await query<{ id: number }>(
        'UPDATE ninevolt.cluster SET epoch = $2, written_at = now() WHERE prefix = $1 AND data = $3 AND epoch <= $2 RETURNING id',
        [prefix, this.epoch, data],
      );
      if (!row) throw new ArchiveFenced('a later leader writes to the archive');
      return work(query, row.id);
    });
  }
}

/** A conflict would use up a number of a monitor each time, so only new ones are inserted. */
function addMonitors(query: Query, cluster: number, names: readonly string[]): Promise<unknown> {
  return query(
    `INSERT INTO ninevolt.monitor (cluster, name)
     SELECT $1, name FROM unnest($2::text[]) AS name
     WHERE NOT EXISTS (SELECT FROM ninevolt.monitor m WHERE m.cluster = $1 AND m.name = name.name)
     ON CONFLICT DO NOTHING`,
    [cluster, names],
  );
}

const INSERT = `
  INSERT INTO ninevolt.tally (monitor, level, at, ${Object.keys(COLUMNS).join(', ')})
  SELECT m.id, $2, $3, ${Object.keys(COLUMNS)
    .map((column) => `r.${column}`)
    .join(', ')}
  FROM json_to_recordset($4) AS r(name text, ${Object.entries(COLUMNS)
    .map(([column, type]) => `${column} ${type}`)
    .join(', ')})
  JOIN ninevolt.monitor m ON m.cluster = $1 AND m.name = r.name`;

const INSERT_INCIDENTS = `
  INSERT INTO ninevolt.incident (monitor, id, opened_at, closed_at, worst)
  SELECT m.id, r.id, r."openedAt", r."closedAt", r.worst
  FROM json_to_recordset($2) AS r(monitor text, id text, "openedAt" timestamptz, "closedAt" timestamptz, worst text)
  JOIN ninevolt.monitor m ON m.cluster = $1 AND m.name = r.monitor
  ON CONFLICT (monitor, id) DO UPDATE SET closed_at = excluded.closed_at, worst = excluded.worst
  WHERE (incident.closed_at, incident.worst) IS DISTINCT FROM (excluded.closed_at, excluded.worst)`;

const EXPIRE_TALLIES = `
  DELETE FROM ninevolt.tally WHERE (monitor, level, at) IN (
    SELECT t.monitor, t.level, t.at FROM ninevolt.tally t JOIN ninevolt.monitor m ON m.id = t.monitor
    WHERE m.cluster = $1 AND t.level = $2 AND t.at <= $3 LIMIT 5000
  ) RETURNING 1`;

const EXPIRE_INCIDENTS = `
  DELETE FROM ninevolt.incident WHERE (monitor, id) IN (
    SELECT i.monitor, i.id FROM ninevolt.incident i JOIN ninevolt.monitor m ON m.id = i.monitor
    WHERE m.cluster = $1 AND i.closed_at <= $2 LIMIT 5000
  ) RETURNING 1`;
