import { ownOf } from '@9volt/contracts/by-name';

export interface ShellCommand {
  words: string[];
  /** What only the shell of the reader knows: `$TOKEN`. */
  variables: string[];
}

/**
 * The first command of a text as bash, cmd.exe and PowerShell write it; browsers copy all three. It ends at `|`, `;`, `&&` or a comment, without
 * the files that it reads and writes. A quote that is not closed ends with the text.
 */
export function shellCommand(command: string): ShellCommand {
  const text = isForCmd(command)
    ? command.replaceAll(/\^(\r?\n|[^])/g, (_, next: string) => next.replace(/^\r?\n$/, ' '))
    : command;
  const words: string[] = [];
  const variables = new Set<string>();
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (END.test(rest) || (word === undefined && rest.startsWith('#'))) break;
    const file = word === undefined ? FILE.exec(rest) : FILE_IN_WORD.exec(rest);
    const [piece, read] = file ? [undefined, file[0].length] : pieceOf(rest);
    if (piece === undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + piece;
      for (const name of variablesIn(rest.slice(0, read))) variables.add(name);
    }
    at += read;
  }
  return { words: word === undefined ? words : [...words, word], variables: [...variables] };
}

/** An address may contain `&`, which a person forgot to quote. */
const END = /^(?:\||&&|&(?=\s|$)|;|<<|\))/;
const FILE_IN_WORD = /^&?[<>]+&?\s*[^\s|;&<>]*/;
const FILE = /^(?:\d|&)?[<>]+&?\s*[^\s|;&<>]*/;

/** A reference to a secret, `${env:NAME}`, is no variable. */
function variablesIn(piece: string): string[] {
  if (/^\$?'|^\\/.test(piece)) return [];
  return piece.replaceAll(/\\[^]/g, '').match(/\$(?:\{(?!env:|file:)[^}]*\}|\([^)]*\)|[A-Za-z_]\w*)/g) ?? [];
}

/** cmd.exe escapes with a caret, and goes on after it in the next line. */
function isForCmd(command: string): boolean {
  return /\^\r?\n|\^"/.test(command);
}

/** The next part of a word, undefined for a gap between words, and how much of the text it is. */
function pieceOf(text: string): [piece: string | undefined, read: number] {
  const gap = /^(?:\s|[\\`]\r?\n)+/.exec(text);
  if (gap) return [undefined, gap[0].length];
  const single = /^'([^']*)(?:'|$)/.exec(text);
  if (single) return [single[1] ?? '', single[0].length];
  const ansi = /^\$'((?:\\[^]|[^'\\])*)(?:'|$)/.exec(text);
  if (ansi) return [ansiOf(ansi[1] ?? ''), ansi[0].length];
  const double = /^\$?"((?:\\[^]|[^"\\])*)(?:"|$)/.exec(text);
  if (double)
    return [
      (double[1] ?? '').replaceAll(/\\(\r?\n|[$`"\\])/g, (_, next: string) => next.replace(/^\r?\n$/, '')),
      double[0].length,
    ];
  const variable = /^\$(?:\{[^}\s]*\}|\([^)]*\)|[A-Za-z_]\w*)/.exec(text);
  if (variable) return [variable[0], variable[0].length];
  if (text.startsWith('\\') && text.length > 1) return [text[1], 2];
  return [text[0], 1];
}

const ANSI: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
};

/** The text of `$'…'`. */
function ansiOf(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|([0-7]{1,3})|([^]))/g,
    (_, hex?: string, four?: string, eight?: string, octal?: string, other?: string) => {
      const digits = hex ?? four ?? eight;
      if (digits !== undefined) return codePoint(Number.parseInt(digits, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
      return ownOf(ANSI, other ?? '') ?? other ?? '';
    },
  );
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
