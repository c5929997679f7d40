import type { SchedulerCaches } from '../caches/scheduler-caches.js';
import type { Knowledge } from '../decision/knowledge.js';
import { expectedOwner, isOpenTo } from '../decision/placement.js';
import type { PlannedMonitor } from '../decision/plan-assignments.js';
import type { TimeSlices } from './time-slices.js';

/** All monitors to run, with their expected owners. Those with an unsure owner stay where they are. */
export async function planningInput(
  { catalog, view }: SchedulerCaches,
  knowledge: Knowledge,
  slices: TimeSlices,
): Promise<{ monitors: PlannedMonitor[]; current: Map<string, string> }> {
  const { workers } = view;
  const monitors: PlannedMonitor[] = [];
  const current = new Map<string, string>();
  for (const name of catalog.names()) {
    const holding = view.holdings(name)[0];
    const subject = knowledge.subjectToRun(knowledge.judged(name), holding);
    await slices.yieldToOthers();
    if (!subject || (holding && (holding.phase === 'remove' || knowledge.ownerOf(holding) === 'unsure'))) continue;
    monitors.push({ name, weight: subject.weight, memberTag: subject.memberTag });
    const owner = expectedOwner(holding, (id) => {
      const worker = workers.get(id);
      return worker !== undefined && isOpenTo(worker, subject.memberTag);
    });
    if (owner !== undefined) current.set(name, owner);
  }
  return { monitors, current };
}
