/**
 * Values of the YAML that nearly all files of monitors consist of: maps and lists by indentation or in brackets on one line, plain
 * and quoted texts on one line, comments. It is many times faster than the library, which also finds positions, and gives the same
 * values. At anything else (anchors, tags, texts of several lines, escapes, numbers in other notations, repeated names, …) it gives
 * up, and the library decides.
 */
export function quickValues(text: string): { value: unknown } | undefined {
  try {
    return { value: new QuickParser(text).document() };
  } catch (error) {
    if (error === GIVE_UP) return undefined;
    throw error;
  }
}

const GIVE_UP = new Error('left to the library');

interface Line {
  indent: number;
  text: string;
}

const NAME =
  /^(?:([\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_./@ -]{0,200}[\p{L}\p{N}\p{M}_./@-])?)|"([^"\\]{0,200})"|'([^']{0,200})') *:(?: +|$)/u;
/** Characters with which a plain text may not begin, and those that it may not contain. */
const NO_BEGINNING = /^[-?:](?: |$)|^[,[\]{}#&*!|>'"%@`]/;
const NOT_INSIDE = /:(?: |$)| #/;
const WORDS: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ['null', null],
  ['~', null],
  ['true', true],
  ['false', false],
]);
/** Everything that the core schema of YAML 1.2 reads as something other than a text. */
const NO_TEXT =
  /^(?:null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const PLAIN_NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?$/;
const DEEPEST = 32;

class QuickParser {
  private readonly lines: Line[] = [];
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    // Other line breaks, tabs, byte order marks and the like.
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)) throw GIVE_UP;
    let first = true;
    for (const line of text.split('\n')) {
      const content = withoutSpaces(line);
      if (content === '' || content.startsWith('#')) continue;
      const indent = line.indexOf(content);
      if (indent === 0 && /^(?:---|\.\.\.|%)/.test(content)) {
        if (!first || content !== '---') throw GIVE_UP;
      } else this.lines.push({ indent, text: content });
      first = false;
    }
  }

  document(): unknown {
    if (this.lines.length === 0) return null;
    const value = this.block(0);
    if (this.at < this.lines.length) throw GIVE_UP;
    return value;
  }

  /** A map or a list whose lines begin at this column. */
  private block(indent: number): unknown {
    if (++this.depth > DEEPEST) throw GIVE_UP;
    const line = this.lines[this.at] as Line;
    if (line.indent !== indent) throw GIVE_UP;
    const value = isItem(line.text) ? this.list(indent) : this.map(indent);
    this.depth--;
    return value;
  }

  private map(indent: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (let line = this.lines[this.at]; line && line.indent === indent; line = this.lines[this.at]) {
      const match = NAME.exec(line.text);
      // A list at the column of the map belongs to no name.
      if (!match || isItem(line.text)) throw GIVE_UP;
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      const rest = withoutComment(line.text.slice(match[0].length));
      this.at++;
      put(value, name, rest === '' ? this.below(indent) : this.oneLine(rest, indent));
    }
    this.assertEnd(indent);
    return value;
  }

  private list(indent: number): unknown[] {
    const value: unknown[] = [];
    for (
      let line = this.lines[this.at];
      line && line.indent === indent && isItem(line.text);
      line = this.lines[this.at]
    ) {
      const item = withoutSpaces(line.text.slice(1));
      if (NAME.test(item)) {
        // `- name: value`: a map that begins at the column of the name.
        const column = indent + line.text.length - item.length;
        this.lines[this.at] = { indent: column, text: item };
        value.push(this.block(column));
      } else {
        const rest = withoutComment(item);
        if (rest === '') throw GIVE_UP;
        this.at++;
        value.push(this.oneLine(rest, indent));
      }
    }
    return value;
  }

  /** The value below a name without one on its line. */
  private below(indent: number): unknown {
    const next = this.lines[this.at];
    if (!next || next.indent < indent) return null;
    if (next.indent === indent) return isItem(next.text) ? this.list(indent) : null;
    return this.block(next.indent);
  }

  private oneLine(text: string, indent: number): unknown {
    const next = this.lines[this.at];
    // The next line continues it.
    if (next && next.indent > indent) throw GIVE_UP;
    return text.startsWith('[') || text.startsWith('{') ? new FlowParser(text).all() : scalar(text);
  }

  private assertEnd(indent: number): void {
    const next = this.lines[this.at];
    if (next && next.indent > indent) throw GIVE_UP;
  }
}

/** A map or a list in brackets, on one line. */
class FlowParser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  all(): unknown {
    const value = this.value();
    if (this.at < this.text.length) throw GIVE_UP;
    return value;
  }

  private value(): unknown {
    switch (this.text[this.at]) {
      case '[':
        return this.list();
      case '{':
        return this.map();
      default:
        return scalar(this.token());
    }
  }

  private list(): unknown[] {
    const items: unknown[] = [];
    this.open();
    while (!this.closed(']')) {
      items.push(this.value());
      this.separator(']');
    }
    return items;
  }

  private map(): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    this.open();
    while (!this.closed('}')) {
      const match = NAME.exec(this.text.slice(this.at));
      if (!match) throw GIVE_UP;
      this.at += match[0].length;
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      put(value, name, /[,}]/.test(this.text[this.at] ?? '') ? null : this.value());
      this.separator('}');
    }
    return value;
  }

  private open(): void {
    if (++this.depth > DEEPEST) throw GIVE_UP;
    this.at++;
    this.spaces();
  }

  private closed(end: string): boolean {
    if (this.text[this.at] !== end) return false;
    this.at++;
    this.depth--;
    // The character that ends it within another one; at the end of the line none.
    this.spaces();
    return true;
  }

  private separator(end: string): void {
    this.spaces();
    if (this.text[this.at] === ',') {
      this.at++;
      this.spaces();
      // A missing item.
      if (this.text[this.at] === ',') throw GIVE_UP;
    } else if (this.text[this.at] !== end) throw GIVE_UP;
  }

  private token(): string {
    const match = /^(?:"[^"\\]*"|'[^']*'|[^,[\]{}"']+)/.exec(this.text.slice(this.at));
    if (!match) throw GIVE_UP;
    this.at += match[0].length;
    return withoutSpaces(match[0]);
  }

  private spaces(): void {
    while (this.text[this.at] === ' ') this.at++;
  }
}

/** Only spaces: other white space of JavaScript belongs to a text. */
function withoutSpaces(text: string): string {
  let [from, to] = [0, text.length];
  while (text[from] === ' ') from++;
  while (to > from && text[to - 1] === ' ') to--;
  return text.slice(from, to);
}

function isItem(text: string): boolean {
  return text.startsWith('- ') || text === '-';
}

/**
 * The text before a comment at the end of its line. In quotes and brackets a `#` may be part of a text: the library decides that.
 */
function withoutComment(text: string): string {
  if (text.startsWith('#')) return '';
  const comment = text.indexOf(' #');
  if (comment === -1) return text;
  if (/["'[{]/.test(text)) throw GIVE_UP;
  return withoutSpaces(text.slice(0, comment));
}

function scalar(text: string): unknown {
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/.exec(text);
  if (quoted) return quoted[1] ?? quoted[2];
  if (NO_BEGINNING.test(text) || NOT_INSIDE.test(text)) throw GIVE_UP;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!NO_TEXT.test(text)) return text;
  if (!PLAIN_NUMBER.test(text) || text === '-0') throw GIVE_UP;
  return Number(text);
}

/** By defineProperty, because an assignment to `__proto__` would set the prototype. */
function put(into: Record<string, unknown>, name: string, value: unknown): void {
  if (Object.hasOwn(into, name)) throw GIVE_UP;
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}
