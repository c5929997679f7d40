import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeadReader } from './head.js';
import { plainHead } from './plain-head.js';

/** The result of both readers for the same bytes; undefined for the fast one if it leaves them to the other. */
function readBoth(text: string): { quick: unknown; patient: unknown } {
  const bytes = Buffer.from(text, 'latin1');
  const quick = plainHead(bytes);
  const reader = new HeadReader();
  try {
    reader.push(bytes);
  } catch (error) {
    return { quick, patient: String(error) };
  }
  const found = ({ head, rest, oddities }: Pick<HeadReader, 'head' | 'rest' | 'oddities'>) => ({
    status: head?.status,
    fields: head?.fields.map(([name, value]) => [name, value]),
    rest: rest.toString('latin1'),
    oddities: [...oddities],
  });
  return { quick: quick && found(quick), patient: found(reader) };
}

const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  fc.constantFrom('HTTP/1.0 404 Not Found', 'HTTP/1.1 204', 'HTTP/1.1 301 ', 'http/1.1 200 OK', 'HTTP/1.1  200 OK'),
  fc.constantFrom(
    'HTTP/2 200',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 101 X',
    'HTTP/1.1 2000 X',
    'HTTP/1.1 099 X',
    '\nHTTP/1.1 200 OK',
  ),
);
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/), fc.stringMatching(/^[\t -~]{0,20}$/))
      .map(([name, value]) => `${name}:${value}`),
  },
  fc.constantFrom(
    'Server : x',
    ' folded',
    ': z',
    'X: \x01',
    'nonsense',
    'Y: \xff',
    'A: a\rb',
    'Z: \xc3\xbc',
    'N: \0',
    'D: \x7f',
  ),
  fc.string({ maxLength: 12 }),
);
const response = fc
  .tuple(
    status,
    fc.array(line, { maxLength: 6 }),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n'),
    fc.string({ maxLength: 12 }),
  )
  .map(([first, lines, end, rest]) => [first, ...lines, '', rest].join(end));

describe('a plain head', () => {
  it('is what the patient reader finds, which is given all others', () => {
    let quickly = 0;
    fc.assert(
      fc.property(response, (text) => {
        const { quick, patient } = readBoth(text);
        if (quick === undefined) return;
        quickly += 1;
        expect(quick).toEqual(patient);
        expect(quick).toMatchObject({ oddities: [] });
      }),
      { numRuns: 5_000 },
    );
    expect(quickly).toBeGreaterThan(300);
  });

  it('is what node finds', async () => {
    const seen = await Promise.all(
      fc
        .sample(response, 400)
        .map(async (text) => ({ quick: plainHead(Buffer.from(text, 'latin1')), node: await readByNode(text) })),
    );
    const plain = seen.filter(({ quick }) => quick !== undefined);
    expect(plain.length).toBeGreaterThan(20);
    for (const { quick, node } of plain) {
      // Of what stands in the fields node refuses some, such as a length that is no number; those are judged behind the head.
      if (node) expect({ status: quick?.head.status, fields: quick?.head.fields.flat() }).toEqual(node);
    }
  });

  it.each([
    ['that has not come whole', 'HTTP/1.1 200 OK\r\nA: b\r\n'],
    ['of an interim response', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['that is large', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(3_000)}\r\n`],
    ['that is folded', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['with more than ASCII', 'HTTP/1.1 200 OK\r\nA: \xc3\xbc\r\n\r\n'],
  ])('one %s is left to the patient reader', (_, text) => {
    expect(plainHead(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});

/** Status and fields as node's own client reads them; undefined when it refuses them. */
function readByNode(text: string): Promise<{ status: number | undefined; fields: string[] } | undefined> {
  return new Promise((resolve) => {
    const connection = new Duplex({
      read: () => undefined,
      write(_chunk, _encoding, done) {
        done();
        this.push(Buffer.from(text, 'latin1'));
        this.push(null);
      },
    });
    const sent = request({ createConnection: () => connection, host: 'target' }, (answer) => {
      answer.on('error', () => undefined).resume();
      resolve({ status: answer.statusCode, fields: answer.rawHeaders });
    });
    sent
      .on('error', () => resolve(undefined))
      .on('upgrade', () => resolve(undefined))
      .end();
  });
}
