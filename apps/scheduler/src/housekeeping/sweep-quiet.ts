import { describeMatcher, type EventSink, SILENCE_KEPT_MS, silenceIsActive } from '@9volt/contracts';
import { type Compare, type EtcdClient, type Keyspace, type Stores, unchanged } from '@9volt/etcd-dal';
import { deleteKeys } from './delete-keys.js';

/** A silence that ends within this time, while it still holds an alarm, is announced. */
const REMIND_BEFORE_MS = 600_000;

/** Deletes silences that ended more than 7 days ago, pauses that are over, and acknowledgements of monitors that are gone. */
export async function sweepQuiet(
  client: EtcdClient,
  keys: Keyspace,
  stores: Stores,
  fence: readonly Compare[],
  { now, isGone }: { now: number; isGone: (monitor: string) => boolean },
): Promise<number> {
  const rules: [string, (name: string, entry: { value: Buffer }) => boolean][] = [
    [keys.silences, (_id, entry) => isBefore(stores.silence.parsed(entry)?.end, now - SILENCE_KEPT_MS)],
    [keys.pauses, (monitor, entry) => isGone(monitor) || isBefore(stores.pause.parsed(entry)?.until, now)],
    [keys.acks, (monitor) => isGone(monitor)],
  ];
  let count = 0;
  for (const [prefix, isObsolete] of rules) {
    const { entries } = await client.list(prefix);
    for (const entry of entries.filter((one) => isObsolete(keys.under(prefix, one.key) ?? '', one))) {
      count += await deleteKeys(client, [entry.key], [...fence, unchanged(entry.key, entry.modRevision)]);
    }
  }
  return count;
}

/** Says once of each silence that it ends soon, while alarms of monitors are held by it. Answers how many were announced. */
export async function announceEndings(
  client: EtcdClient,
  keys: Keyspace,
  stores: Stores,
  fence: readonly Compare[],
  { now, holds, events }: { now: number; holds: (silence: string) => readonly string[]; events: EventSink },
): Promise<number> {
  let announced = 0;
  for (const entry of (await client.list(keys.silences)).entries) {
    const id = keys.under(keys.silences, entry.key) ?? '';
    const silence = stores.silence.parsed(entry);
    if (!silence || silence.reminded || !silenceIsActive(silence, now)) continue;
    if (Date.parse(silence.end) - now > REMIND_BEFORE_MS) continue;
    const held = holds(id);
    if (held.length === 0) continue;
    // Its mark is written first: a leader that dies in between has said nothing, and that is better than to say it at each change of leaders.
    if (!(await stores.silence.mark(id, entry.modRevision, { ...silence, reminded: true }, fence))) continue;
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
