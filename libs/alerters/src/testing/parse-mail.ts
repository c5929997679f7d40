/** Enough of MIME to read what a person would read; strict about everything that a hostile text could break. */

export interface ParsedMail {
  /** Values by lower-case name, decoded; several if a header is repeated. */
  headers: Map<string, string[]>;
  subject: string;
  text: string;
  html: string;
  raw: string;
}

interface Part {
  headers: Map<string, string[]>;
  body: string;
}

export function parseMail(raw: Buffer): ParsedMail {
  const whole = raw.toString('latin1');
  if (/[^\r]\n|\r[^\n]/.test(whole)) throw new Error('the mail has a bare CR or LF');
  const root = partOf(whole);
  const leaves = leavesOf(root);
  const ofType = (type: string) =>
    leaves
      .filter((part) => typeOf(part).startsWith(type))
      .map(contentOf)
      .join('\n');
  return {
    headers: root.headers,
    subject: root.headers.get('subject')?.[0] ?? '',
    text: ofType('text/plain'),
    html: ofType('text/html'),
    raw: raw.toString('utf8'),
  };
}

function partOf(source: string): Part {
  const end = source.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('a part has no end of its headers');
  const headers = new Map<string, string[]>();
  for (const line of source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const found = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
    if (!found) throw new Error(`${JSON.stringify(line)} is not a header`);
    const name = (found[1] as string).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), decodedWords(found[2] as string)]);
  }
  return { headers, body: source.slice(end + 4) };
}

function leavesOf(part: Part): Part[] {
  const boundary = /^multipart\/.*\bboundary="?([^";]+)"?/i.exec(typeOf(part))?.[1];
  if (boundary === undefined) return [part];
  return `\r\n${part.body}`
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .flatMap((source) => leavesOf(partOf(source.replace(/^\r\n/, ''))));
}

function typeOf(part: Part): string {
  return part.headers.get('content-type')?.[0] ?? 'text/plain';
}

function contentOf(part: Part): string {
  const encoding = (part.headers.get('content-transfer-encoding')?.[0] ?? '7bit').toLowerCase();
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8');
  const bytes = encoding === 'quoted-printable' ? unquoted(part.body.replace(/=\r\n/g, '')) : part.body;
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** RFC 2047. White space between two encoded words is not part of the text. */
function decodedWords(value: string): string {
  return value
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/(?:=\?utf-8\?[QB]\?[^?]*\?=)+/gi, (words) =>
      Buffer.concat(
        [...words.matchAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi)].map(([, kind, data]) =>
          kind?.toUpperCase() === 'B'
            ? Buffer.from(data as string, 'base64')
            : Buffer.from(unquoted((data as string).replaceAll('_', ' ')), 'latin1'),
        ),
      ).toString('utf8'),
    );
}

function unquoted(text: string): string {
  return text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
