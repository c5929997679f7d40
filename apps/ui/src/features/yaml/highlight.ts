export interface Token {
  kind: 'key' | 'text' | 'number' | 'word' | 'comment' | 'plain';
  text: string;
}

const WORD = /^(true|false|null|~)$/;
const NUMBER = /^[-+]?(\d[\d_]*)(\.\d+)?(e[-+]?\d+)?$/i;

/** The parts of YAML by kind, line by line. It only colours: a mistake only looks wrong. */
export function highlight(yaml: string): Token[][] {
  let block: number | undefined;
  return yaml.split('\n').map((line) => {
    const indent = line.search(/\S/);
    if (block !== undefined && (indent < 0 || indent > block)) return [{ kind: 'text', text: line }];
    block = undefined;
    const { lead, key, colon, rest } = parts(line);
    if (/[|>][-+]?\d?$/.test(rest.trimEnd())) block = Math.max(0, indent);
    return [
      { kind: 'plain', text: lead },
      ...(key === undefined
        ? []
        : [
            { kind: 'key' as const, text: key },
            { kind: 'plain' as const, text: colon ?? '' },
          ]),
      ...value(rest),
    ].filter(({ text }) => text !== '') as Token[];
  });
}

interface Parts {
  lead: string;
  key?: string;
  colon?: string;
  rest: string;
}

/**
 * A list's marks, a key, a colon, and the rest. It looks at each character a few times only, because people paste anything:
 * expressions that try each space again as the end of something take minutes for one line.
 */
function parts(line: string): Parts {
  const lead = /^\s*(?:- +)*/.exec(line)?.[0] ?? '';
  const from = lead.length;
  const first = line[from];
  const isQuoted = first === '"' || first === "'";
  const end = isQuoted ? endOfQuoted(line, from) : endOfPlainKey(line, from);
  const isKey = end > from && line[end] === ':' && (end + 1 === line.length || isSpace(line[end + 1]));
  if (!isKey) return { lead, rest: line.slice(from) };
  return { lead, key: line.slice(from, end), colon: ':', rest: line.slice(end + 1) };
}

/** Index behind the closing quote; the length of the line without one. */
function endOfQuoted(line: string, from: number): number {
  const quote = line[from];
  for (let at = from + 1; at < line.length; at++) {
    if (quote === '"' && line[at] === '\\') at++;
    else if (line[at] === quote) {
      if (quote === "'" && line[at + 1] === "'") at++;
      else return at + 1;
    }
  }
  return line.length;
}

/** Index of the first colon before a space and before any comment; `from` if no key begins there. */
function endOfPlainKey(line: string, from: number): number {
  if (/[\s#'"&*!|>%@`[{]/.test(line[from] ?? ' ')) return from;
  for (let at = from + 1; at < line.length && line[at] !== '#'; at++) {
    if (line[at] === ':' && (at + 1 === line.length || isSpace(line[at + 1]))) return at;
  }
  return from;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && character.trim() === '';
}

function value(rest: string): Token[] {
  const trimmed = rest.trimStart();
  const space = rest.slice(0, rest.length - trimmed.length);
  const comment = startOfComment(trimmed);
  const text = trimmed.slice(0, comment);
  const kind = WORD.test(text)
    ? 'word'
    : NUMBER.test(text)
      ? 'number'
      : /^[[\]{},\s|>-]*$/.test(text)
        ? 'plain'
        : 'text';
  return [
    { kind: 'plain', text: space },
    { kind, text },
    { kind: 'comment', text: trimmed.slice(comment) },
  ];
}

/** With the spaces before it. */
function startOfComment(text: string): number {
  if (text.startsWith('#')) return 0;
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    if (isSpace(text[at - 1])) return text.slice(0, at).trimEnd().length;
  }
  return text.length;
}
