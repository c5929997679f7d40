import { isPlainObject } from '@9volt/contracts';

/** The operator's data in a cluster: the bytes of each key, by the key below the cluster's prefix. */
export type OperatorData = ReadonlyMap<string, Buffer>;

export interface Backup {
  /** ISO 8601. */
  madeAt: string;
  data: OperatorData;
  /** Where monitors and alerters come from, by the same keys. A list of its own, which an earlier version leaves alone. */
  origins?: OperatorData;
}

const FORMAT = '9volt-backup';
const VERSION = 1;

/** One JSON document, a line per key, so that people can compare two backups. It contains secrets. */
export function encodeBackup({ madeAt, data, origins = new Map() }: Backup, madeBy: string): string {
  const head = JSON.stringify({ format: FORMAT, version: VERSION, madeAt, madeBy }).slice(0, -1);
  const more = origins.size === 0 ? '' : `,"origins":${listOf(origins)}`;
  return `${head},"entries":${listOf(data)}${more}}\n`;
}

function listOf(data: OperatorData): string {
  const entries = [...data]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => JSON.stringify(entryOf(key, value)));
  return `[\n${entries.join(',\n')}\n]`;
}

/** Throws with the faults, before it uses anything of it. */
export function decodeBackup(text: string): Backup {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Error('it is not valid JSON; the file may be incomplete');
  }
  if (!isPlainObject(raw) || raw['format'] !== FORMAT)
    throw new Error(`it is not a backup: expected format "${FORMAT}"`);
  if (raw['version'] !== VERSION) {
    throw new Error(
      `its version is ${JSON.stringify(raw['version'])}, expected ${VERSION}; restore it with the 9volt that made it`,
    );
  }
  if (!Array.isArray(raw['entries'])) throw new Error('it has no list of entries');
  const origins = Array.isArray(raw['origins']) ? { origins: dataOf(raw['origins']) } : {};
  const madeAt = typeof raw['madeAt'] === 'string' ? raw['madeAt'] : 'an unknown time';
  return { madeAt, data: dataOf(raw['entries']), ...origins };
}

function dataOf(list: readonly unknown[]): Map<string, Buffer> {
  const data = new Map<string, Buffer>();
  list.forEach((entry: unknown, index) => {
    const value = isPlainObject(entry) ? valueOf(entry) : undefined;
    if (!isPlainObject(entry) || typeof entry['key'] !== 'string' || !value) {
      throw new Error(`entry ${index + 1}: expected a key with a value`);
    }
    data.set(entry['key'], value);
  });
  return data;
}

/** A value that somebody wrote by hand may not be text. */
function entryOf(key: string, value: Buffer): object {
  const text = value.toString();
  return Buffer.from(text).equals(value) ? { key, value: text } : { key, base64: value.toString('base64') };
}

function valueOf({ value, base64 }: Record<string, unknown>): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}
