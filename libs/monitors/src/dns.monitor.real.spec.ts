import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scoped } from '@9volt/process';
import { listen } from '@9volt/testing';
import { recordText } from './dns/message.js';
import { queryDns, questionFor } from './dns/query.js';
import { type Random, randomFrom } from './testing/dns-data.js';
import { AnswerMaker, type MadeAnswer } from './testing/dns-messages.js';
import { runProbe } from './testing/index.js';

const QUESTIONS = 2_000;
const SEED = Number(process.env['NINEVOLT_SEED'] ?? 20_261_128);
const RCODES =
  'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE RESERVED11'.split(' ');

/** What dig shows of one answer. */
interface Dug {
  /** Undefined for an answer that dig cannot read. */
  rcode: string | undefined;
  records: string[];
}

describe(`dns beside dig, with ${QUESTIONS} answers made from the seed ${SEED}`, () => {
  const maker = new AnswerMaker(randomFrom(SEED));
  const answers = Array.from({ length: QUESTIONS }, (_, index) => damagedAtTimes(maker.random, maker.answer(index)));
  let server: { port: number; close(): Promise<void> };
  let dug: Dug[];

  beforeAll(async () => {
    server = await startServer(answers);
    dug = await dig(server.port, answers);
  }, 120_000);
  afterAll(() => server.close());

  const each = async (act: (answer: MadeAnswer, dug: Dug, index: number) => Promise<void>): Promise<void> => {
    for (let from = 0; from < answers.length; from += 20) {
      await Promise.all(
        answers.slice(from, from + 20).map((answer, index) => act(answer, dug[from + index] as Dug, from + index)),
      );
    }
  };

  it('reads the same records', async () => {
    expect(dug).toHaveLength(QUESTIONS);
    const differences: unknown[] = [];
    await each(async ({ name, type, code }, theirs) => {
      const at = { server: { address: '127.0.0.1', family: 4 }, port: server.port } as const;
      const question = questionFor(name, code);
      const ours = await scoped(5_000, new AbortController().signal, (scope) =>
        queryDns(question, at, 2_500, scope),
      ).then(
        ({ rcode, records }): Dug => ({ rcode, records: records.map(recordText) }),
        (): Dug => ({ rcode: undefined, records: [] }),
      );
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) differences.push({ name, type, ours, theirs });
    });
    expect(differences).toEqual([]);
  }, 120_000);

  it("agrees with dig's output", async () => {
    const random = randomFrom(SEED + 1);
    const differences: unknown[] = [];
    await each(async (answer, theirs, index) => {
      const { monitor, status } = expectation(random, answer, theirs);
      const result = await runProbe({
        type: 'dns',
        host: '127.0.0.1',
        port: server.port,
        timeout: '5s',
        interval: '10s',
        ...monitor,
      });
      if (result.status !== status) differences.push({ index, monitor, status, result, theirs });
    });
    expect(differences).toEqual([]);
  }, 120_000);
});

/** The expectations of a monitor, and the verdict that dig's output implies. */
function expectation(random: Random, { name, type }: MadeAnswer, { rcode, records }: Dug) {
  const monitor: Record<string, unknown> = { 'dns-target': name, 'dns-record-type': type };
  const verdict = (isOk: boolean) => ({ monitor, status: isOk ? 'ok' : 'critical' });
  if (random(10) === 0) {
    const expected = RCODES[random(RCODES.length - 1)] as string;
    monitor['dns-expected-rcode'] = expected;
    return verdict(rcode === expected && (rcode !== 'NOERROR' || judged(name, type, records).length > 0));
  }
  const right = rcode === 'NOERROR' ? judged(name, type, records) : [];
  if (random(2) === 0) {
    const count = right.length + random(2);
    monitor['dns-expected-count'] = count;
    return verdict(right.length > 0 && count === right.length);
  }
  const wanted = right[random(right.length)];
  if (wanted === undefined) return verdict(false);
  // The end of a record, each character as its number.
  const end = wanted.slice(-100);
  monitor['expect'] = `${end.replace(/[^A-Za-z0-9 ]/g, (sign) => `\\x{${sign.charCodeAt(0).toString(16)}}`)}$`;
  monitor['dns-match'] = ['all', 'any'][random(2)];
  const isMatch = (record: string): boolean => record.endsWith(end);
  return verdict(monitor['dns-match'] === 'any' ? right.some(isMatch) : right.every(isMatch));
}

/** The records of a type in dig's lines, following aliases. */
function judged(name: string, type: string, lines: readonly string[]): string[] {
  const parts = lines.map((line) => {
    const [, owner = '', kind = '', data = ''] = /^(\S+) \d+ \S+ (\S+) ?(.*)$/.exec(line) ?? [];
    return [owner, kind, data] as const;
  });
  const owners = [canonical(name)];
  for (const owner of owners) {
    for (const [from, kind, to] of parts) {
      const target = canonical(to);
      if (kind === 'CNAME' && canonical(from) === owner && !owners.includes(target)) owners.push(target);
    }
  }
  return lines.filter((_, index) => parts[index]?.[1] === type && owners.includes(canonical(parts[index][0])));
}

/** A name has several spellings: here each byte that is not a letter or digit is its number. */
function canonical(name: string): string {
  return name
    .replace(/\\(\d{3})|\\(.)|([^\w.*-])/g, (_, number?: string, sign?: string, plain?: string) => {
      const code = number === undefined ? (sign ?? plain ?? '').charCodeAt(0) : Number(number);
      const character = String.fromCharCode(code);
      return /[\w*-]/.test(character) ? character : `\\${String(code).padStart(3, '0')}`;
    })
    .toLowerCase();
}

/**
 * One in ten is cut short, or has a changed byte in the answer itself: of the other records only dig reads more than their length.
 */
function damagedAtTimes(random: Random, answer: MadeAnswer): MadeAnswer {
  const { sections, type } = answer;
  // dig judges the expression in a NAPTR by its meaning, too; a monitor shows it as it is.
  if (type === 'NAPTR' || random(10) > 0 || answer.answerBytes === 0) return answer;
  if (random(2) === 0) return { ...answer, sections: sections.subarray(0, random(sections.length)) };
  const damaged = Buffer.from(sections);
  damaged[random(answer.answerBytes)] = random(256);
  return { ...answer, sections: damaged };
}

/** Answers by the number in the first label, over UDP if it fits. */
async function startServer(answers: readonly MadeAnswer[]) {
  const respond = (query: Buffer, isUdp: boolean): Buffer => {
    const label = query.subarray(13, 13 + query.readUInt8(12)).toString();
    const { rcode, counts, sections } = answers[Number(label.slice(1))] as MadeAnswer;
    const head = Buffer.from(query);
    head.writeUInt16BE(0x8180 | rcode, 2);
    const whole = Buffer.concat([head, sections]);
    counts.forEach((count, index) => whole.writeUInt16BE(count, 6 + 2 * index));
    if (!isUdp || whole.length <= 512) return whole;
    head.writeUInt16BE(0x8380 | rcode, 2);
    return head;
  };
  const tcp = await listen(
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const answer = respond(chunk.subarray(2), false);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      });
    }),
  );
  const udp: Socket = createSocket('udp4');
  udp.on('message', (query, from) => udp.send(respond(query, true), from.port, from.address));
  udp.bind(tcp.port, tcp.host);
  await once(udp, 'listening');
  return { port: tcp.port, close: async () => (udp.close(), await tcp.close()) };
}

/** Asks all questions with Debian's dig, one after the other. */
async function dig(port: number, answers: readonly MadeAnswer[]): Promise<Dug[]> {
  const directory = mkdtempSync(join(tmpdir(), '9volt-dig-'));
  try {
    const batch = join(directory, 'questions');
    writeFileSync(batch, answers.map(({ name, type }) => `${name} ${type}\n`).join(''));
    const options =
      '+noedns +nocookie +nosplit +nocmd +noauthority +noadditional +noquestion +nostats +time=5 +tries=2 +noidnin +noidnout'.split(
        ' ',
      );
    const { stdout } = await promisify(execFile)('dig', ['@127.0.0.1', '-p', String(port), ...options, '-f', batch], {
      maxBuffer: 64 * 1_048_576,
      timeout: 100_000,
      env: { PATH: process.env['PATH'], HOME: directory },
    }).catch((error: { stdout: string }) => error);
    return stdout
      .split(/^(?=;; Warning: Message parser reports malformed|;; Got answer:|;; Got bad packet:)/m)
      .filter((block) => block.startsWith(';; '))
      .reduce<Dug[]>((all, block, index, blocks) => {
        const isWarned = blocks[index - 1]?.startsWith(';; Warning') ?? false;
        return block.startsWith(';; Warning') ? all : [...all, readBlock(block, isWarned)];
      }, []);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** If dig cannot read an answer to its end, the answer counts as none. */
function readBlock(block: string, isWarned: boolean): Dug {
  if (isWarned || block.startsWith(';; Got bad packet')) return { rcode: undefined, records: [] };
  const lines = block.split('\n').filter((line) => /^\S+\s+\d+\s+\S+\s+\S+/.test(line) && !line.startsWith(';'));
  return { rcode: /status: (\w+),/.exec(block)?.[1], records: lines.map(normalised) };
}

/** One space between the columns of dig. */
function normalised(line: string): string {
  const [, owner, ttl, recordClass, type, data = ''] = /^(\S+)\s+(\d+)\s+(\S+)\s+(\S+)(?:\s(.*))?$/.exec(line) ?? [];
  // Debian's dig is older than the name of this parameter (RFC 9461).
  const named = type === 'HTTPS' || type === 'SVCB' ? data.replace(' key7=', ' dohpath=') : data;
  return [owner, ttl, recordClass, type, named].join(' ').trimEnd();
}
