import { createHash, randomBytes } from 'node:crypto';

/** A target's challenge (RFC 7616): its parameters by their names in lower case. */
export type DigestChallenge = Readonly<Record<string, string>>;

export interface Login {
  username: string;
  password: string;
}

/** The strongest first. */
const ALGORITHMS: readonly (readonly [name: string, hash: string])[] = [
  ['sha-512-256', 'sha512-256'],
  ['sha-256', 'sha256'],
  ['md5', 'md5'],
];

const PIECE = /\s*,?\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|(?=[\s,]|$))/y;

/** The best challenge for digest authentication in WWW-Authenticate, which may contain others. */
export function digestChallenge(values: readonly string[]): DigestChallenge | undefined {
  const challenges = values
    .flatMap(challengesIn)
    .filter(({ scheme, parameters }) => scheme === 'digest' && parameters['nonce'])
    .map(({ parameters }) => parameters)
    .filter((parameters) => hashOf(parameters) !== undefined);
  return challenges.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** The value of Authorization that first answers a challenge. */
export function digestAuthorization(
  challenge: DigestChallenge,
  { username, password }: Login,
  request: { method: string; path: string; body: string | undefined },
  cnonce = randomBytes(16).toString('hex'),
): string {
  const { realm = '', nonce = '', opaque, algorithm, userhash } = challenge;
  const hash = (text: string): string =>
    createHash(hashOf(challenge) ?? 'md5')
      .update(text)
      .digest('hex');
  const qop = qopOf(challenge);
  const isSession = /-sess$/i.test(algorithm ?? '');
  const secret = hash(`${username}:${realm}:${password}`);
  const a1 = isSession ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const a2 = hash(`${request.method}:${request.path}${qop === 'auth-int' ? `:${hash(request.body ?? '')}` : ''}`);
  const count = '00000001';
  const response = hash(qop ? `${a1}:${nonce}:${count}:${cnonce}:${qop}:${a2}` : `${a1}:${nonce}:${a2}`);
  const isHashed = userhash?.toLowerCase() === 'true';
  const parts = [
    `username="${quoted(isHashed ? hash(`${username}:${realm}`) : username)}"`,
    `realm="${quoted(realm)}"`,
    `nonce="${quoted(nonce)}"`,
    `uri="${quoted(request.path)}"`,
    ...(qop || isSession ? [`cnonce="${cnonce}"`] : []),
    ...(qop ? [`nc=${count}`, `qop=${qop}`] : []),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(isHashed ? ['userhash=true'] : []),
  ];
  // As bytes of UTF-8, one character each, as headers are written.
  return Buffer.from(`Digest ${parts.join(', ')}`).toString('latin1');
}

interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

function challengesIn(value: string): Challenge[] {
  const challenges: Challenge[] = [];
  const piece = new RegExp(PIECE);
  for (let found = piece.exec(value); found; found = piece.exec(value)) {
    const [, name = '', quotedValue, plainValue] = found;
    const given = quotedValue?.replace(/\\(.)/g, '$1') ?? plainValue;
    if (given === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else Object.assign(challenges.at(-1)?.parameters ?? {}, { [name.toLowerCase()]: given });
  }
  return challenges;
}

function hashOf({ algorithm = 'MD5' }: DigestChallenge): string | undefined {
  const bare = algorithm.toLowerCase().replace(/-sess$/, '');
  return ALGORITHMS.find(([name]) => name === bare)?.[1];
}

/** Empty for RFC 2069, and if none of the offered ones is known: unknown ones must be ignored (RFC 7616, section 3.3). */
function qopOf({ qop = '' }: DigestChallenge): '' | 'auth' | 'auth-int' {
  const offered = qop.toLowerCase().split(/[\s,]+/);
  return (['auth', 'auth-int'] as const).find((each) => offered.includes(each)) ?? '';
}

function rank(challenge: DigestChallenge): number {
  return ALGORITHMS.findIndex(([, hash]) => hash === hashOf(challenge));
}

/** Nothing may break out of its quotes or its line. */
function quoted(text: string): string {
  return text.replace(/[\r\n]/g, ' ').replace(/["\\]/g, '\\$&');
}
