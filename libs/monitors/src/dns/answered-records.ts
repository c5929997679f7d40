import { type AskedFor, type DnsAnswer, type DnsRecord, recordText, textOf } from './message.js';
import { sameName } from './domain-name.js';
import { ANY, CNAME, DNAME, typeName } from './record-types.js';

/** A longer chain of aliases is a circle. */
const MAX_ALIASES = 64;

/** The records of an answer that have the requested type, at the name or where its aliases lead. */
export function recordsAskedFor(answer: DnsAnswer, asked: AskedFor): DnsRecord[] {
  if (asked.type === ANY) return answer.records;
  const text = textOf(asked);
  // Without an alias, as most answers.
  if (answer.records.every(({ name, type }) => type === asked.type && sameName(text, name))) return answer.records;
  const names = asked.type === CNAME ? [text] : namesOf(answer, asked);
  return answer.records.filter(({ name, type }) => type === asked.type && names.some((known) => sameName(known, name)));
}

/** Where the aliases of an answer lead, in words; undefined if there are none. */
export function aliasOf(answer: DnsAnswer, asked: AskedFor): string | undefined {
  const names = namesOf(answer, asked);
  return names.length > 1 ? `an alias of ${names.at(-1)}, without ${typeName(asked.type)} record` : undefined;
}

/** The name, its alias, and so on. */
function namesOf(answer: DnsAnswer, asked: AskedFor): string[] {
  const names = [textOf(asked)];
  for (const from of names) {
    for (const record of answer.records) {
      const to = aliasTarget(record, from);
      if (to !== undefined && names.length < MAX_ALIASES && !names.some((name) => sameName(name, to))) names.push(to);
    }
  }
  return names;
}

function aliasTarget({ name, type, data }: DnsRecord, from: string): string | undefined {
  if (type === CNAME) return sameName(name, from) ? data : undefined;
  if (type !== DNAME) return undefined;
  // All names below it are aliases (RFC 6672). Most servers add the record of the alias in question.
  const below = name === '.' ? from : `.${name}`;
  return from.length > below.length && sameName(from.slice(-below.length), below)
    ? `${from.slice(0, -below.length)}.${data === '.' ? '' : data}`
    : undefined;
}

/** The spellings of a record that an expression may match: its parts joined, or in the syntax of zone files. */
export function textsOf(record: DnsRecord): string[] {
  const { joined } = record;
  return joined === undefined ? [recordText(record)] : [recordText({ ...record, data: joined }), recordText(record)];
}
