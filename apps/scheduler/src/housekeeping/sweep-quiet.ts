import { describeMatcher, type EventSink, type Silence, SILENCE_KEPT_MS, silenceIsActive } from '@9volt/contracts';
import type { Compare, QuietStore, Stores } from '@9volt/etcd-dal';

/** A silence that ends within this time, while it still holds an alarm, is announced. */
const REMIND_BEFORE_MS = 600_000;

/** Deletes silences that ended more than 7 days ago, ended pauses, and acknowledgements of removed monitors. */
export async function sweepQuiet(
  { silence, pause, ack }: Pick<Stores, 'silence' | 'pause' | 'ack'>,
  fence: readonly Compare[],
  { now, isGone }: { now: number; isGone: (monitor: string) => boolean },
): Promise<number> {
  let count = 0;
  for (const one of await silence.list()) {
    if (isBefore(one.value?.end, now - SILENCE_KEPT_MS)) count += await silence.remove(one, fence);
  }
  for (const one of await pause.list()) {
    if (isGone(one.name) || isBefore(one.value?.until, now)) count += await pause.remove(one, fence);
  }
  for (const one of await ack.list()) if (isGone(one.name)) count += await ack.remove(one, fence);
  return count;
}

/** Announces once for each silence that it ends soon, while it holds back alarms. Answers how many it announced. */
export async function announceEndings(
  silences: QuietStore<Silence>,
  fence: readonly Compare[],
  { now, holds, events }: { now: number; holds: (silence: string) => readonly string[]; events: EventSink },
): Promise<number> {
  let announced = 0;
  for (const { name: id, value: silence, modRevision } of await silences.list()) {
    if (!silence || silence.reminded || !silenceIsActive(silence, now)) continue;
    if (Date.parse(silence.end) - now > REMIND_BEFORE_MS) continue;
    const held = holds(id);
    if (held.length === 0) continue;
    // It writes its mark first: a leader that dies in between has announced nothing, which is better than announcing at each change
    // of leaders.
    if (!(await silences.mark(id, modRevision, { ...silence, reminded: true }, fence))) continue;
    const what = held.length === 1 ? `the alarm of ${held[0]}` : `the alarms of ${held.length} monitors`;
    const about = { ...(held.length === 1 ? { monitor: held[0] as string } : {}), details: { silence: id } };
    events.emit(
      'silence-ending',
      `the silence of ${describeMatcher(silence.match)} ends at ${silence.end} and still holds ${what}`,
      about,
    );
    announced++;
  }
  return announced;
}

function isBefore(instant: string | undefined, at: number): boolean {
  return instant === undefined || Date.parse(instant) < at;
}
