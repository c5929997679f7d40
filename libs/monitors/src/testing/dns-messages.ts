import { type Random, RandomData, TYPES, u16, u32, wire } from './dns-data.js';

/** Random answers of name servers, made by hand from a seed: no code that reads messages helps to write them. */
export interface MadeAnswer {
  /** The question, in the form of dig and of a monitor. */
  name: string;
  type: string;
  code: number;
  /** Everything after the question. */
  rcode: number;
  counts: [answers: number, authority: number, additional: number];
  sections: Buffer;
  /** The bytes of the sections that belong to the answer itself. */
  answerBytes: number;
}

const CNAME = 5;
const DNAME = 39;

export class AnswerMaker {
  private readonly made: RandomData;

  constructor(readonly random: Random) {
    this.made = new RandomData(random);
  }

  /** The answer to the question number `index`, which is in its first label. */
  answer(index: number): MadeAnswer {
    const { random } = this;
    const [type, code, data] = TYPES[random(TYPES.length)] as (typeof TYPES)[number];
    const labels = [`q${index}`, ...this.made.labels(random(3)), 'test'];
    const rcode = random(10) === 0 ? ([2, 3, 3, 5, 9, 10, 11][random(7)] as number) : 0;
    const records: Buffer[] = [];
    let owner = labels.map((label) => Buffer.from(label));
    for (let aliases = random(3) === 0 ? 1 + random(3) : 0; aliases > 0; aliases -= 1) {
      const target = this.made.labels(1 + random(3)).map((label) => Buffer.from(label));
      records.push(this.record(owner, CNAME, wire(target)));
      owner = target;
    }
    if (random(20) === 0)
      records.push(
        this.record(
          this.made.labels(2).map((label) => Buffer.from(label)),
          DNAME,
          wire([Buffer.from('elsewhere')]),
        ),
      );
    if (random(5) > 0)
      for (let left = 1 + random(4); left > 0; left -= 1) records.push(this.record(owner, code, data(this.made)));
    if (random(8) === 0) records.push(this.other(owner));
    if (random(6) === 0) records.reverse();
    const [authority, additional] = [random(4) === 0 ? 1 : 0, random(4) === 0 ? 1 : 0];
    const beside = Array.from({ length: authority + additional }, () => this.other(owner));
    return {
      name: `${labels.map(escaped).join('.')}.`,
      type,
      code,
      rcode,
      counts: [records.length, authority, additional],
      sections: Buffer.concat([...records, ...beside]),
      answerBytes: Buffer.concat(records).length,
    };
  }

  private other(owner: readonly Buffer[]): Buffer {
    const [, code, data] = TYPES[this.random(TYPES.length)] as (typeof TYPES)[number];
    return this.record(owner, code, data(this.made));
  }

  private record(owner: readonly Buffer[], type: number, data: Buffer): Buffer {
    // Letters are the same in either case.
    const shown =
      this.random(5) === 0
        ? owner.map((label) => Buffer.from(label.toString('latin1').toUpperCase(), 'latin1'))
        : owner;
    return Buffer.concat([wire(shown), u16(type), u16(1), u32(this.random(100_000)), u16(data.length), data]);
  }
}

function escaped(label: string): string {
  return [...Buffer.from(label)]
    .map((each) =>
      /[\w*-]/.test(String.fromCharCode(each)) ? String.fromCharCode(each) : `\\${String(each).padStart(3, '0')}`,
    )
    .join('');
}
