/** What a worker has done since it started, as its metrics tell. */
export async function workerMetrics(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sum = (pattern) => [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    checks: sum(/^ninevolt_checks_total\{.*\} (\S+)$/gm),
    good: sum(/^ninevolt_checks_total\{.*status="ok".*\} (\S+)$/gm),
    assigned: sum(/^ninevolt_monitors_assigned (\S+)$/gm),
    skipped: sum(/^ninevolt_check_overruns_total (\S+)$/gm),
    lateness: [...text.matchAll(/^ninevolt_check_lateness_seconds_bucket\{le="([^"]+)"\} (\S+)$/gm)].map(
      ([, le, count]) => ({
        upToMs: Number(le.replace('+Inf', 'Infinity')) * 1_000,
        count: Number(count),
      }),
    ),
  };
}

/** The lateness below which a share of the checks between two scrapes stayed, in milliseconds; within a bucket it is reckoned evenly. */
export function latenessMs(before, after, share) {
  const buckets = after.lateness.map(({ upToMs, count }, index) => ({
    upToMs,
    count: count - (before.lateness[index]?.count ?? 0),
  }));
  const wanted = (buckets.at(-1)?.count ?? 0) * share;
  let below = { upToMs: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted) {
      if (bucket.upToMs === Infinity || bucket.count === below.count) return below.upToMs;
      return below.upToMs + ((wanted - below.count) / (bucket.count - below.count)) * (bucket.upToMs - below.upToMs);
    }
    below = bucket;
  }
  return Number.NaN;
}
