import { groupedBy, type History, type TargetOutage } from './history.js';

/** Tolerance for the clocks of workers and targets, and for a check in progress when its target fails. */
export const FUZZ_MS = 2_500;

/**
 * Outages as checks could see them: two without a successful check between them are one. While the targets stood still, all of
 * them were out, but for those that nobody watched yet.
 */
export function seenOutages({
  monitors,
  outages,
  standstills,
  probes,
}: Pick<History, 'monitors' | 'outages' | 'standstills' | 'probes'>): TargetOutage[] {
  const ofAll = monitors.flatMap(({ name, from }) =>
    standstills
      .filter(({ to }) => to === undefined || to > from)
      .map((standstill) => ({ monitor: name, ...standstill })),
  );
  const wellAt = groupedBy(
    probes.flatMap(({ monitor, at, answer, releasedAt }) => {
      const foundAt = answer === 'ok' ? at : releasedAt;
      return foundAt === undefined ? [] : [{ monitor, at: foundAt }];
    }),
    ({ monitor }) => monitor,
  );
  const seen: TargetOutage[] = [];
  for (const [monitor, ofMonitor] of groupedBy([...outages, ...ofAll], (outage) => outage.monitor)) {
    const wasWell = (from: number, to: number): boolean =>
      (wellAt.get(monitor) ?? []).some(({ at }) => at >= from && at <= to);
    let last: TargetOutage | undefined;
    for (const outage of [...ofMonitor].sort((a, b) => a.from - b.from)) {
      if (last && (last.to === undefined || outage.from <= last.to || !wasWell(last.to, outage.from))) {
        if (outage.to === undefined) delete last.to;
        else if (last.to !== undefined) last.to = Math.max(last.to, outage.to);
      } else seen.push((last = { ...outage }));
    }
  }
  return seen;
}

/** The outage during which a failure was seen, or else the nearest one. */
export function outageAt(
  outages: readonly TargetOutage[],
  monitor: string,
  at: number,
  endedAt: number,
): TargetOutage | undefined {
  const ofMonitor = outages.filter((outage) => outage.monitor === monitor);
  const apart = ({ from, to = endedAt }: TargetOutage): number => Math.max(0, from - at, at - to);
  const near = ofMonitor.filter((outage) => apart(outage) <= FUZZ_MS).sort((a, b) => apart(a) - apart(b));
  return near[0];
}
