import type { OperatorData } from './backup-file.js';

export interface StoredValue {
  value: Buffer;
  modRevision: number;
}

export interface RestoreChange {
  /** Below the prefix of the cluster. */
  key: string;
  value: Buffer;
  /** Revision that the write compares; 0 for an absent key. */
  modRevision: number;
}

export interface RestorePlan {
  added: RestoreChange[];
  /** Stored with another value: replaced only on request. */
  differing: RestoreChange[];
  same: string[];
}

const CONFIG = 'config';

/** The writes of a restore. It leaves stored entries alone that the backup does not contain. */
export function planRestore(data: OperatorData, stored: ReadonlyMap<string, StoredValue>): RestorePlan {
  const plan: RestorePlan = { added: [], differing: [], same: [] };
  for (const [key, saved] of data) {
    const there = stored.get(key);
    const value = key === CONFIG && there ? withIdentityOf(there.value, saved) : saved;
    if (!there) plan.added.push({ key, value, modRevision: 0 });
    else if (there.value.equals(value)) plan.same.push(key);
    else plan.differing.push({ key, value, modRevision: there.modRevision });
  }
  return plan;
}

/** Running nodes know their cluster by its id: with another one they would treat this etcd as a different cluster. */
function withIdentityOf(there: Buffer, saved: Buffer): Buffer {
  const current = parsed(there);
  const wanted = parsed(saved);
  if (!current || !wanted) return saved;
  const kept = { ...wanted, ...('ClusterId' in current ? { ClusterId: current['ClusterId'] } : {}) };
  return sameContent(kept, current) ? there : Buffer.from(JSON.stringify(kept));
}

function parsed(value: Buffer): Record<string, unknown> | undefined {
  try {
    const raw: unknown = JSON.parse(value.toString());
    return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function sameContent(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const sorted = (one: Record<string, unknown>): string => JSON.stringify(Object.entries(one).sort());
  return sorted(a) === sorted(b);
}
