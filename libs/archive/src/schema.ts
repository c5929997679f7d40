import { TIME_CLASSES } from '@9volt/contracts';
import type { Query } from './archive-connection.js';

/** A column for the milliseconds of each class. */
export const TIME_COLUMNS = TIME_CLASSES.map((name) => `${name}_ms`);

/** Only one leader at a time makes or changes the tables; the number is arbitrary. */
const LOCK = 9_090_909;

/** The tables in their first version. docs/history.md documents the views. */
const FIRST = `
CREATE TABLE ninevolt.cluster (
  id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  prefix text NOT NULL UNIQUE,
  data text NOT NULL,
  epoch bigint NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  written_at timestamptz NOT NULL DEFAULT now(),
  hours_kept_ms bigint NOT NULL DEFAULT 0,
  days_kept_ms bigint NOT NULL DEFAULT 0
);
CREATE TABLE ninevolt.monitor (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster smallint NOT NULL REFERENCES ninevolt.cluster,
  name text COLLATE "C" NOT NULL,
  gone_at timestamptz,
  UNIQUE (cluster, name)
);
CREATE TABLE ninevolt.period (
  cluster smallint NOT NULL REFERENCES ninevolt.cluster,
  level text NOT NULL,
  at timestamptz NOT NULL,
  source text NOT NULL,
  PRIMARY KEY (cluster, level, at)
);
CREATE TABLE ninevolt.tally (
  monitor integer NOT NULL REFERENCES ninevolt.monitor ON DELETE CASCADE,
  level text NOT NULL,
  at timestamptz NOT NULL,
  first_ms integer NOT NULL,
  last_ms integer NOT NULL,
  first_class smallint NOT NULL,
  last_class smallint NOT NULL,
  hold_ms bigint NOT NULL,
  runs integer NOT NULL,
  failures integer NOT NULL,
  overruns integer NOT NULL,
  ${TIME_COLUMNS.map((column) => `${column} integer NOT NULL`).join(', ')},
  maybe_down_ms integer NOT NULL,
  maybe_up_ms integer NOT NULL,
  latency integer[],
  phases smallint[],
  changed_ms integer[],
  changed_to smallint[],
  PRIMARY KEY (monitor, level, at)
);
CREATE INDEX tally_at ON ninevolt.tally USING brin (at);
CREATE TABLE ninevolt.incident (
  monitor integer NOT NULL REFERENCES ninevolt.monitor ON DELETE CASCADE,
  id text NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  worst text NOT NULL,
  PRIMARY KEY (monitor, id)
);
CREATE INDEX incident_opened_at ON ninevolt.incident (opened_at);

CREATE FUNCTION ninevolt.percentile(latency integer[], share double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE bucket WHEN 0 THEN 0.01 ELSE 0.01 * power(1.1::float8, bucket) * 2 / 2.1 END
  FROM (
    SELECT latency[2 * i - 1] AS bucket,
      sum(latency[2 * i]) OVER (ORDER BY i) AS below,
      sum(latency[2 * i]) OVER () AS total
    FROM generate_series(1, cardinality(latency) / 2) AS i
  ) AS buckets
  WHERE below >= greatest(1, ceil(share * total))
  ORDER BY below
  LIMIT 1
$$;

CREATE FUNCTION ninevolt.status(code integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE code WHEN 16 THEN 'edited' WHEN 17 THEN 'target-changed'
    ELSE (ARRAY[${TIME_CLASSES.map((name) => `'${name}'`).join(', ')}])[code + 1] END
$$;

CREATE VIEW ninevolt.history AS
SELECT c.prefix AS cluster, m.name AS monitor, t.level, t.at, t.runs, t.failures, t.overruns,
  ${TIME_COLUMNS.map((column) => `t.${column}`).join(', ')},
  greatest(0, t.ok_ms + t.warning_ms - t.maybe_down_ms)::float8 / nullif(s.watchable_ms, 0) AS uptime_min,
  least(1, (t.ok_ms + t.warning_ms + t.maybe_up_ms + t.unknown_ms + t.unwatched_ms)::float8 / nullif(s.watchable_ms, 0)) AS uptime_max,
  (t.ok_ms + t.warning_ms + t.critical_ms)::float8 / nullif(s.watchable_ms, 0) AS watched,
  ninevolt.percentile(t.latency, 0.5) AS p50_ms,
  ninevolt.percentile(t.latency, 0.95) AS p95_ms,
  ninevolt.percentile(t.latency, 0.99) AS p99_ms
FROM ninevolt.tally t
JOIN ninevolt.monitor m ON m.id = t.monitor
JOIN ninevolt.cluster c ON c.id = m.cluster
CROSS JOIN LATERAL (SELECT t.ok_ms + t.warning_ms + t.critical_ms + t.unknown_ms + t.unwatched_ms AS watchable_ms) s;

CREATE VIEW ninevolt.changes AS
SELECT c.prefix AS cluster, m.name AS monitor, t.at + x.ms * interval '1 millisecond' AS at, ninevolt.status(x.code) AS status
FROM ninevolt.tally t
JOIN ninevolt.monitor m ON m.id = t.monitor
JOIN ninevolt.cluster c ON c.id = m.cluster
CROSS JOIN LATERAL unnest(t.changed_ms, t.changed_to) AS x(ms, code)
WHERE t.level = 'day';

CREATE VIEW ninevolt.incidents AS
SELECT c.prefix AS cluster, m.name AS monitor, i.id, i.opened_at, i.closed_at, i.worst
FROM ninevolt.incident i
JOIN ninevolt.monitor m ON m.id = i.monitor
JOIN ninevolt.cluster c ON c.id = m.cluster;
`;

/** Each makes the next version of the tables. A version only adds, so that an older leader may write what a newer one made. */
const MIGRATIONS: readonly string[] = [FIRST];

/** Makes the tables, or brings them up to date. Answers whether it changed anything. */
export async function migrate(query: Query): Promise<boolean> {
  await query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  const [found] = await query<{ exists: boolean }>("SELECT to_regclass('ninevolt.version') IS NOT NULL AS exists");
  if (!found?.exists) {
    // Whoever made the schema for this user need not permit it to make schemas.
    const [schema] = await query<{ exists: boolean }>("SELECT to_regnamespace('ninevolt') IS NOT NULL AS exists");
    if (!schema?.exists) await query('CREATE SCHEMA ninevolt');
    await query('CREATE TABLE ninevolt.version (version integer NOT NULL)');
    await query('INSERT INTO ninevolt.version VALUES (0)');
  }
  const [row] = await query<{ version: number }>('SELECT version FROM ninevolt.version');
  const version = row?.version ?? 0;
  for (const statements of MIGRATIONS.slice(version)) await query(statements);
  if (version >= MIGRATIONS.length) return false;
  await query('UPDATE ninevolt.version SET version = $1', [MIGRATIONS.length]);
  return true;
}
