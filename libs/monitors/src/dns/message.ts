import { labelsOf, nameText, sameName } from './domain-name.js';
import { dataText } from './record-data.js';
import { isRecordType, typeName } from './record-types.js';
import { Malformed, WireReader } from './wire-reader.js';

export interface DnsRecord {
  /** Its owner in the syntax of zone files, with a dot at the end. */
  name: string;
  ttl: number;
  type: number;
  /** In the syntax of zone files. */
  data: string;
  /** Of a text, all its parts joined, decoded as UTF-8. */
  joined?: string;
}

export interface DnsAnswer {
  rcode: string;
  /** The answer did not fit into a datagram. */
  truncated: boolean;
  records: DnsRecord[];
}

export interface AskedFor {
  name: string;
  /** The number of the type. */
  type: number;
  /** The name as zone files write it, where it was made before. */
  text?: string;
  /** The question as it was sent, with its header. */
  bytes?: Buffer;
}

/** The name of a question as zone files write it. */
export function textOf({ name, text }: AskedFor): string {
  return text ?? nameText(labelsOf(name) ?? []);
}

const RECURSION_DESIRED = 0x0100;
const RESPONSE = 0x8000;
export const TRUNCATED = 0x0200;
const CLASS_IN = 1;
const HEADER_BYTES = 12;
/** In place of a name: a pointer to the one behind the header. */
const NAME_OF_QUESTION = 0xc000 + HEADER_BYTES;

export const RCODES = 'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE'.split(
  ' ',
);

/** A question with an id; asks the server to resolve recursively. */
export function encodeQuery(id: number, { name, type }: AskedFor): Buffer {
  const labels = labelsOf(name);
  if (!labels) throw new Error(`${JSON.stringify(name)} is no domain name`);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(RECURSION_DESIRED, 2);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(type, 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  return Buffer.concat([head, ...labels.flatMap((label) => [Buffer.from([label.length]), label]), tail]);
}

/**
 * The answer to the question with this id in a message; undefined if the message is not an answer to it. Throws {@link Malformed}
 * if the answer cannot be read. Reads no records of a truncated answer.
 */
export function readAnswer(message: Buffer, id: number, asked: AskedFor): DnsAnswer | undefined {
  if (message.length < 2 || message.readUInt16BE() !== id) return undefined;
  const reader = new WireReader(message, 2);
  const flags = reader.u16();
  const questions = reader.u16();
  const answers = reader.u16();
  const others = reader.u16() + reader.u16();
  if ((flags & RESPONSE) === 0) return undefined;
  const code = flags & 0xf;
  const rcode = RCODES[code] ?? `RESERVED${code}`;
  const truncated = (flags & TRUNCATED) !== 0;
  // Some servers omit the question in an error.
  if (questions === 0) return code === 0 ? undefined : { rcode, truncated: false, records: [] };
  const isEchoed = questions === 1 && echoes(message, asked);
  if (isEchoed) reader.at = (asked.bytes as Buffer).length;
  for (let question = isEchoed ? 1 : 0; question < questions; question += 1) {
    const isAsked = sameName(reader.name(), textOf(asked)) && reader.u16() === asked.type;
    if (!isAsked) return undefined;
    reader.u16();
  }
  if (truncated) return { rcode, truncated, records: [] };
  const records: DnsRecord[] = [];
  for (let index = 0; index < answers; index += 1) records.push(readRecord(reader, isEchoed ? asked : undefined));
  // The other sections only have to be present.
  for (let index = 0; index < others; index += 1) skipRecord(reader);
  return { rcode, truncated, records };
}

/** Whether a message repeats the question byte for byte, as most answers do. */
function echoes(message: Buffer, { bytes }: AskedFor): boolean {
  if (bytes === undefined || message.length < bytes.length) return false;
  return message.compare(bytes, HEADER_BYTES, bytes.length, HEADER_BYTES, bytes.length) === 0;
}

/** `asked` is the question, if it stands in the message as it was sent: most records point at its name. */
function readRecord(reader: WireReader, asked: AskedFor | undefined): DnsRecord {
  const name = asked && reader.skips(NAME_OF_QUESTION) ? textOf(asked) : reader.name();
  const [type, recordClass, ttl] = [reader.u16(), reader.u16(), reader.u32()];
  if (!isRecordType(type)) throw new Malformed('a record of a type that records do not have');
  if (recordClass !== CLASS_IN) throw new Malformed('a record of a class that was not asked for');
  const data = reader.part(reader.u16());
  const text = dataText(type, data);
  if (data.left > 0) throw new Malformed('a record is longer than it should be');
  return { name, type, ttl, ...text };
}

function skipRecord(reader: WireReader): void {
  reader.name();
  reader.bytes(2 + 2 + 4);
  reader.part(reader.u16());
}

/** A record in the syntax of zone files, its parts separated by one space: `web.example.com. 300 IN A 192.0.2.1`. */
export function recordText({ name, ttl, type, data }: DnsRecord): string {
  return `${name} ${ttl} IN ${typeName(type)} ${data}`.trimEnd();
}
