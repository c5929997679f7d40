import { type PoisonRecord, poisonRecordOf, suspectsOf } from '@9volt/contracts';
import { parse } from '../codec.js';
import type { Entry } from '../etcd.client.js';
import { NotWhole, read, type Shape, type Tell } from '../shape.js';

const poison: Shape<PoisonRecord> = (raw) => {
  const found = poisonRecordOf(raw);
  if (!found) throw new NotWhole('a revision and its deaths');
  return found;
};

/** `cluster/suspects/<worker id>/<n>` and `cluster/poison/<monitor>`: what runs somewhere for the first time, and what it ended. */
export class SuspectStore {
  /** What makes no sense accuses nobody, but stands there, and is replaced as it was read. */
  poison({ value }: Pick<Entry, 'value'>, tell?: Tell): PoisonRecord | undefined {
    return read(poison, value, tell);
  }

  /** Monitor to revision. */
  suspects({ value }: Pick<Entry, 'value'>, tell: Tell = () => undefined): ReadonlyMap<string, number> {
    const { value: raw, fault } = parse(value);
    if (fault !== undefined) tell(fault);
    return suspectsOf(raw);
  }
}
