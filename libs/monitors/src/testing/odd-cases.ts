import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

/** A generated HTTP target: its answer to each step of its redirects, and what is special about it. */
export interface OddCase {
  id: number;
  method: 'GET' | 'HEAD' | 'POST';
  /** By step, in bytes. */
  answers: Buffer[];
  tags: Set<string>;
}

/** A text in the body of the last answer, if the body can be read. */
export const NEEDLE = 'a needle';

/** A sequence of numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The case with this number; `port` is the target's port on loopback. */
export function oddCase(id: number, seed: number, port: number): OddCase {
  return new Generator(id, numbersOf(seed * 1_000_003 + id), port).make();
}

const STATUS_LINES: readonly (readonly [string, string?])[] = [
  ['HTTP/1.1 200 OK'],
  ['HTTP/1.1 200 OK'],
  ['HTTP/1.1 200 OK'],
  ['HTTP/1.0 200 OK'],
  ['HTTP/1.1 200'],
  ['HTTP/1.1 200 '],
  ['HTTP/1.1 404 Not Found'],
  ['HTTP/1.1 503 \xff\x01'],
  ['HTTP/1.1  200 OK'],
  ['HTTP/1.1 200OK'],
  ['HTTP/2 200 OK'],
  ['HTTP/2.0 200'],
  ['http/1.1 200 OK'],
  ['HTTP/1.1 999 What'],
  ['HTTP/1.1 204 None'],
  ['HTTP/1.1 304 Same'],
  ['HTTP/1.2 200 OK'],
  ['HTTP/3 200 OK'],
  ['HTTP/1.1 20 OK'],
  ['HTTP/1.1 2000 OK'],
  ['HTTP/1.1 099 OK'],
  ['ICY 200 OK'],
  ['SSH-2.0-OpenSSH_9'],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK'],
  ['HTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK'],
];

const HEADERS: readonly (readonly [string, string?])[] = [
  ['Server: box'],
  ['Server : box'],
  ['Server\t: box'],
  ['Foo Bar: x'],
  ['X-(odd)[name]: x'],
  ['Gr\xc3\xb6\xc3\x9fe: 1'],
  [': empty'],
  ['X-Empty:'],
  ['X-Control: a\x01\x7fb'],
  ['X-Cr: a\rb'],
  ['X-Latin: \xfc'],
  ['X-Folded: a\r\n b\r\n\tc'],
  ['X-Colons: a: b: c'],
  [`X-Long: ${'a'.repeat(20_000)}`],
  [`X-Longer: ${'a'.repeat(101_000)}`],
  [`X-Too-Long: ${'a'.repeat(110_000)}`],
  [Array.from({ length: 7 }, (_, index) => `X-${index}: ${'a'.repeat(50_000)}`).join('\r\n')],
  [Array.from({ length: 900 }, (_, index) => `X-${index}: a`).join('\r\n')],
  ['nonsense'],
  ['X-Nul: a\0b'],
  ['Content-Type: text/html; charset=x-odd'],
];

const LOCATIONS: readonly (readonly [(to: Target) => string, string?])[] = [
  [({ path }) => path],
  [({ path, port }) => `http://127.0.0.1:${port}${path}`],
  [({ path, port }) => `HTTP://127.0.0.1:${port}${path}`],
  [({ path, port }) => `//127.0.0.1:${port}${path}`],
  [({ step }) => step],
  [({ step }) => `./${step}`],
  [({ path }) => `..${path}`],
  [({ path }) => `${path}?a=b&c=%20d`],
  [({ path }) => `${path}#part`],
  [({ path }) => `  ${path}  `],
  [({ path }) => `${path}/caf\xc3\xa9`],
  [({ path }) => `${path}/caf\xe9`],
  [({ path }) => `${path}/caf%c3%A9`],
  [({ path }) => `${path}?q=\xe6\x9d\xb1`],
  [({ path }) => `${path}/a b`],
  [({ path }) => `${path}/a/../b/./c`],
  [({ path }) => `${path}?q=a b`, 'space-in-query'],
  [({ path }) => `${path}/"<>\``, 'signs-in-path'],
];

interface Target {
  path: string;
  step: string;
  port: number;
}

class Generator {
  private readonly tags = new Set<string>();

  constructor(
    private readonly id: number,
    private readonly next: () => number,
    private readonly port: number,
  ) {}

  make(): OddCase {
    const method = this.chance(0.08) ? 'HEAD' : this.chance(0.1) ? 'POST' : 'GET';
    const redirects = this.chance(0.35) ? 1 + Math.floor(this.next() * (this.chance(0.15) ? 12 : 3)) : 0;
    const answers = Array.from({ length: redirects }, (_, step) => this.redirect(step));
    return { id: this.id, method, answers: [...answers, this.last()], tags: this.tags };
  }

  private redirect(step: number): Buffer {
    const status = this.pick([301, 302, 303, 307, 308, 302, 302, 300, 304].map((each) => [each] as const));
    if (status === 300 || status === 304) this.tags.add('other-3xx');
    const to = { path: `/c${this.id}/${step + 1}`, step: String(step + 1), port: this.port };
    const [make, tag] = LOCATIONS[Math.floor(this.next() * LOCATIONS.length)] as (typeof LOCATIONS)[number];
    if (tag) this.tags.add(tag);
    const cookies = [
      'a=1',
      'b=2; Path=/',
      'c=3; Path=/elsewhere',
      'd=4; Domain=example.com',
      'e=5; HttpOnly',
      'a=; Max-Age=0',
      'f=\xc3\xbc; path=/',
    ];
    const set = cookies.filter(() => this.chance(0.15)).map((cookie) => `Set-Cookie: ${cookie}`);
    return this.head(`HTTP/1.1 ${status} Moved`, [
      `Location: ${make(to)}`,
      ...set,
      'Content-Length: 0',
      'Connection: close',
    ]);
  }

  private last(): Buffer {
    const line = this.pick(STATUS_LINES);
    const headers = HEADERS.filter(() => this.chance(0.025)).map(([header]) => header);
    const { fields, body } = this.body();
    if (this.chance(0.02)) {
      this.tags.add('cut-head');
      return this.head(line, [...headers, ...fields]).subarray(0, -2 - Math.floor(this.next() * 12));
    }
    return Buffer.concat([this.head(line, [...headers, ...fields]), body]);
  }

  private body(): { fields: string[]; body: Buffer } {
    const plain = Buffer.from(
      `${'x'.repeat(Math.floor(this.next() * 3_000))}${NEEDLE}${'y'.repeat(Math.floor(this.next() * 200))}`,
    );
    const coded = this.coded(plain);
    const way = this.next();
    if (way < 0.4) return this.counted(coded.fields, coded.body);
    if (way < 0.8) return this.chunked(coded.fields, coded.body);
    return coded;
  }

  private coded(plain: Buffer): { fields: string[]; body: Buffer } {
    const header = this.chance(0.85) ? 'Content-Encoding' : 'Transfer-Encoding';
    if (!this.chance(0.35)) return { fields: [], body: plain };
    const [names, encode] = this.pickPair<(body: Buffer) => Buffer>([
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['deflate', deflateSync],
      ['deflate', (body) => this.tagged('raw-deflate', deflateRawSync(body))],
      ['br', brotliCompressSync],
      ['gzip, identity', gzipSync],
      ['identity', (body) => body],
      ['gzip, gzip', (body) => gzipSync(gzipSync(body))],
      ['deflate, br', (body) => brotliCompressSync(deflateSync(body))],
      ['unheard-of', (body) => body],
      ['gzip', (body) => body],
      ['gzip', (body) => this.tagged('gzip-members', Buffer.concat([gzipSync(body), gzipSync('more')]))],
      ['gzip', (body) => this.tagged('gzip-junk', Buffer.concat([gzipSync(body), Buffer.from('junk')]))],
      ['gzip', (body) => this.tagged('gzip-cut', gzipSync(body).subarray(0, -6))],
    ]);
    // Only this header has brotli, and the old name.
    const safe =
      header === 'Transfer-Encoding' && /br|x-gzip|unheard|identity/.test(names) ? 'Content-Encoding' : header;
    return { fields: [`${safe}: ${names}`], body: encode(plain) };
  }

  private counted(fields: string[], body: Buffer): { fields: string[]; body: Buffer } {
    const { length } = body;
    const written = this.pick([
      [`Content-Length: ${length}`],
      [`Content-Length: ${length}`],
      [`Content-Length: ${length}`],
      [`content-length:${length}`],
      [`Content-Length: ${length}\r\nContent-Length: ${length}`],
      [`Content-Length: 3\r\nContent-Length: ${length}`],
      [`Content-Length: ${length}, ${length}`],
      [`Content-Length: +${length}`],
      [`Content-Length: ${length}x`],
      [`Content-Length: ${length + 100}`],
      [`Content-Length: ${Math.max(1, length - 50)}`, 'short-length'],
      ['Content-Length: -1'],
      ['Content-Length: none'],
      ['Content-Length:'],
      ['Content-Length: 99999999999999999999'],
      [`Content-Length : ${length}`],
      [`Content-Length:\r\n ${length}`, 'folded-length'],
    ]);
    return { fields: [...fields, written], body };
  }

  private chunked(fields: string[], body: Buffer): { fields: string[]; body: Buffer } {
    const sizes = this.pick<(size: string) => string>([
      [(size) => size],
      [(size) => size],
      [(size) => `${size}  `],
      [(size) => `${size};ext=1`],
      [(size) => `000${size}`],
      [(size) => size.toUpperCase()],
      [(size) => ` ${size}`],
      [(size) => `0x${size}`],
      [(size) => `${'0'.repeat(20)}${size}`],
    ]);
    const end = this.pick([['\r\n'], ['\r\n'], ['\r\n'], ['\n']]);
    const cut = this.chance(0.5) ? Math.floor(this.next() * body.length) : 0;
    const parts = [body.subarray(0, cut), body.subarray(cut)].filter(({ length }) => length > 0);
    const last = this.pick([
      ['0\r\n\r\n'],
      ['0\r\n\r\n'],
      ['0\r\n\r\n'],
      ['0\r\nX: y\r\n\r\n'],
      ['0\r\n'],
      [''],
      ['0\r\n\r\nmore'],
      ['zz\r\n'],
    ]);
    const beside = this.chance(0.1) ? ['Content-Length: 7'] : [];
    const name = this.pick([['chunked'], ['chunked'], ['Chunked'], ['identity, chunked']]);
    return {
      fields: [...fields, ...beside, `Transfer-Encoding: ${name}`],
      body: Buffer.concat([
        ...parts.flatMap((part) => [Buffer.from(`${sizes(part.length.toString(16))}${end}`), part, Buffer.from(end)]),
        Buffer.from(last),
      ]),
    };
  }

  private head(line: string, headers: readonly string[]): Buffer {
    const text = [line, ...headers, '', ''].join('\r\n');
    return Buffer.from(this.chance(0.05) ? text.replaceAll('\r\n', '\n') : text, 'latin1');
  }

  private tagged<T>(tag: string, value: T): T {
    this.tags.add(tag);
    return value;
  }

  private chance(share: number): boolean {
    return this.next() < share;
  }

  private pick<T>(from: readonly (readonly [T, string?])[]): T {
    const [value, tag] = from[Math.floor(this.next() * from.length)] as readonly [T, string?];
    if (tag) this.tags.add(tag);
    return value;
  }

  private pickPair<T>(from: readonly (readonly [string, T])[]): readonly [string, T] {
    return from[Math.floor(this.next() * from.length)] as readonly [string, T];
  }
}
