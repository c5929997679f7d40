/** When a target was checked, and which of that a worker may not have written before it was killed. */
export interface Seen {
  /** Requests, oldest first. */
  probes: readonly { at: number; by: string }[];
  /** Requests whose result was no evidence: the worker stood still. */
  unjudgedAt: readonly number[];
  crash: { by: string; at: number; lostMs: number };
  /** How late after a request the result may be, and how early. */
  jitterMs: number;
}

/** How long nobody watched, at least and at most, in milliseconds. */
export interface Unwatched {
  least: number;
  most: number;
  times: number;
}

/**
 * What a history must say of a time, from what a target saw of its checks. A result counts from its end, which the target does not see:
 * so a gap between two results is as long as that between their requests, give or take `jitterMs`. Pure.
 */
export function unwatchedBetween(
  { probes, unjudgedAt, crash, jitterMs }: Seen,
  { from, to, standsMs }: { from: number; to: number; standsMs: number },
): Unwatched {
  const isLost = ({ at, by }: Seen['probes'][number]): boolean =>
    by === crash.by && at > crash.at - crash.lostMs && at <= crash.at;
  const isJudged = ({ at }: Seen['probes'][number]): boolean =>
    !unjudgedAt.some((other) => Math.abs(at - other) <= jitterMs);
  const known = probes.filter((probe) => !isLost(probe) && isJudged(probe));
  const sum = (some: Seen['probes'], slackMs: number): { ms: number; times: number } => {
    const gaps = some.slice(1).map(({ at }, n) => [some[n]?.at ?? at, at] as const);
    const found = gaps.filter(([begin, end]) => end - begin + slackMs > standsMs && end > from && begin < to);
    const ms = found.map(([begin, end]) => Math.min(end, to) - Math.max(begin, from) + slackMs);
    return { ms: ms.reduce((all, one) => all + Math.max(0, one), 0), times: found.length };
  };
  const most = sum(known, jitterMs);
  return { least: sum(probes, -jitterMs).ms, most: most.ms, times: most.times };
}
