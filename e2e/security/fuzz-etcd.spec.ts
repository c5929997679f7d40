import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Candidates, drawing, roundsOf, STRANGE_NAMES } from './fuzz/draw-values.js';
import { EtcdFuzz } from './fuzz/fuzz-etcd.js';

/** `npm run fuzz:etcd -- --seconds 600 --seed 7` sets both. Without them, some values for unused keys. */
const SECONDS = process.env['FUZZ_SECONDS'];
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const DRAWN = 24;
/** For used keys, this many values at a time before all must be healthy again. */
const AT_A_TIME = 10;

let fuzz: EtcdFuzz;

beforeAll(async () => {
  fuzz = await EtcdFuzz.start();
});
afterAll(() => fuzz?.stop());

it(
  'no value in etcd ends a process, stops one for a second, or is a defect of ours, and all is well without it',
  async () => {
    const until = Date.now() + Number(SECONDS ?? 240) * 1_000;
    const parts = SECONDS === undefined ? [some()] : await all();
    for (const [index, { name, values, inUse }] of parts.entries()) {
      const share = Date.now() + (until - Date.now()) / (parts.length - index);
      const before = fuzz.tried;
      let rounds = 0;
      for (const [what, round] of roundsOf(values)) {
        if (Date.now() > share) break;
        await fuzz.round(`${name}: ${what}`, round);
        rounds++;
        if (inUse && rounds % AT_A_TIME === 0) await fuzz.clear();
      }
      await fuzz.clear();
      console.log(`${name}: ${fuzz.tried - before} values under ${values.size} keys`);
    }
    const worst = Math.round(fuzz.worstStallMs);
    console.log(`seed ${SEED}: ${fuzz.tried} values, ${fuzz.findings.length} findings, worst stall ${worst} ms`);
    expect(fuzz.findings).toEqual([]);
    expect(fuzz.tried).toBeGreaterThan(100);
  },
  (Number(SECONDS ?? 300) + 240) * 1_000,
);

interface Part {
  name: string;
  values: Candidates;
  inUse?: true;
}

function some(): Part {
  const draw = drawing(SEED);
  const values = new Map([...fuzz.strangers()].map(([key, of]) => [key, draw(of, DRAWN)]));
  return { name: 'keys that nobody uses', values };
}

async function all(): Promise<Part[]> {
  const draw = drawing(SEED);
  const shuffled = (values: Candidates): Candidates =>
    new Map([...values].map(([key, of]) => [key, draw(of, of.length)]));
  return [
    { name: 'keys that nobody uses', values: shuffled(fuzz.strangers()) },
    { name: 'strange names', values: strangeKeys(fuzz.strangers()) },
    { name: 'keys in use', values: shuffled(await fuzz.inUse()), inUse: true },
  ];
}

function strangeKeys(strangers: Candidates): Candidates {
  return new Map(
    STRANGE_NAMES.flatMap((name) =>
      [...strangers].map(([key, of]) => [key.replace(/stranger|w9-000000|pager/, () => name), of.slice(0, 3)] as const),
    ),
  );
}
