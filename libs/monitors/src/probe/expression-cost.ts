/**
 * The cost of compiling an RE2 expression, computed from its text: about the number of instructions of its program, and the cost of
 * reading its classes. Never less than the number of instructions of the engine, and computed before the engine gets the text,
 * because compiling a large expression is itself the danger. An invalid expression has a cost, too; the engine reports what is
 * wrong with it.
 */
export function expressionCost(expression: string): number {
  return new CostScan(expression).total();
}

/** A Unicode class has hundreds of ranges, copied each time that the class is merged into another. */
const UNICODE_CLASS = 50;
/** Number of ranges of a class that cost as much as an instruction. */
const ITEMS_EACH = 8;
/** With `(?i)` the engine looks at every character of a range. */
const FOLDED_EACH = 100;

const REPEAT = /\{(\d{1,8})(?:,(\d{0,8}))?\}/y;
const FLAGS = /\(\?[a-zA-Z-]*[:)]|\(\?P?<[^>]*>/y;
const UNICODE = /\\[pP](?:\{[^}]*\}|.)/suy;
const ESCAPE = /\\(?:x\{[^}]*\}|x..|[0-7]{1,3}|.)/suy;

/** The costs of the group that it is reading. */
interface Group {
  done: number;
  /** Of the last part, which a following operator repeats. */
  last: number;
}

class CostScan {
  private at = 0;
  /** Classes are read once, however often they are repeated. */
  private reading = 0;
  private readonly outer: Group[] = [];
  private group: Group = { done: 0, last: 0 };
  private readonly folds: boolean;

  constructor(private readonly text: string) {
    this.folds = /\(\?[a-zA-Z]*i/.test(text);
  }

  total(): number {
    while (this.at < this.text.length) this.step();
    while (this.outer.length > 0) this.close();
    // One to fail, one to match, and one for the empty expression.
    return this.group.done + this.group.last + this.reading + 3;
  }

  private step(): void {
    switch (this.text[this.at]) {
      case '(':
        this.at += this.take(FLAGS)?.length ?? 1;
        // `(?i)` opens no group: a following operator repeats the part before it.
        if (this.text[this.at - 1] === ')') return;
        this.outer.push(this.group);
        this.group = { done: 0, last: 0 };
        return;
      case ')':
        this.at += 1;
        return this.close();
      case '|':
        this.at += 1;
        return this.part(2);
      case '*':
      case '+':
      case '?':
        this.at += 1;
        this.group.last += 2;
        return;
      case '{':
        return this.repeat();
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape();
      default:
        this.at += width(this.text, this.at);
        return this.part(1);
    }
  }

  private part(cost: number): void {
    this.group.done += this.group.last;
    this.group.last = cost;
  }

  private close(): void {
    const inner = this.group.done + this.group.last;
    const group = this.outer.pop();
    if (!group) return;
    this.group = group;
    this.part(Math.max(inner, 1) + 2);
  }

  private repeat(): void {
    const written = this.take(REPEAT);
    this.at += written?.length ?? 1;
    if (written === undefined) return this.part(1);
    const [, least = '0', most = least] = /(\d+)(?:,(\d*))?/.exec(written) ?? [];
    this.group.last = (this.group.last + 1) * Math.max(1, most === '' ? Number(least) + 1 : Number(most));
  }

  private escape(): void {
    if (this.text.startsWith('\\Q', this.at)) {
      const end = this.text.indexOf('\\E', this.at);
      const literal = this.text.slice(this.at + 2, end < 0 ? undefined : end);
      this.at = end < 0 ? this.text.length : end + 2;
      for (let left = literal.length; left > 0; left -= 1) this.part(1);
      return;
    }
    this.at += this.unicodeClass() ?? this.take(ESCAPE)?.length ?? 1;
    this.part(1);
  }

  private characterClass(): void {
    this.at += this.text.startsWith('[^', this.at) ? 2 : 1;
    let items = 0;
    for (let first = true; this.at < this.text.length; first = false) {
      if (this.text[this.at] === ']' && !first) break;
      items += 1;
      const unicode = this.unicodeClass();
      if (unicode !== undefined) this.at += unicode;
      else this.range();
    }
    this.at += 1;
    this.reading += Math.floor(items / ITEMS_EACH);
    this.part(1);
  }

  /** One character of a class, or a range of two. */
  private range(): void {
    const low = this.classCharacter();
    if (this.text[this.at] !== '-' || this.text[this.at + 1] === ']' || this.at + 1 >= this.text.length) return;
    this.at += 1;
    const high = this.classCharacter();
    if (this.folds && high > low) this.reading += Math.floor((high - low) / FOLDED_EACH);
  }

  private classCharacter(): number {
    const written = this.take(ESCAPE);
    if (written === undefined) {
      const character = this.text.codePointAt(this.at) ?? 0;
      this.at += width(this.text, this.at);
      return character;
    }
    this.at += written.length;
    const [, hex, octal] = /^\\(?:x\{?([0-9a-fA-F]+)|([0-7]+))/.exec(written) ?? [];
    if (hex !== undefined) return Math.min(parseInt(hex, 16), LAST_CHARACTER);
    return octal === undefined ? (written.codePointAt(1) ?? 0) : parseInt(octal, 8);
  }

  /** The length of a Unicode class that begins here. */
  private unicodeClass(): number | undefined {
    const written = this.take(UNICODE);
    if (written !== undefined) this.reading += UNICODE_CLASS;
    return written?.length;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }
}

const LAST_CHARACTER = 0x10ffff;

function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
