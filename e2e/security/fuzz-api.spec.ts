import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiContract, Cluster, type NodeProcess } from '../harness/index.js';
import { fuzzApi } from './fuzz/fuzz-api.js';

/** `npm run fuzz:api -- --seconds 600 --seed 7` sets both. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 8);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);

let cluster: Cluster;
let node: NodeProcess;

beforeAll(async () => {
  cluster = await Cluster.start();
  // Without workers: nobody runs the stored monitors.
  node = await cluster.node('api');
});
afterAll(() => cluster.stop());

it(
  'no size and no depth of anything ends the API, holds it up for a second, or is a defect of ours',
  async () => {
    const contract = await ApiContract.of(node.url, 'no such text');
    const report = await fuzzApi({
      url: node.url,
      operations: [...contract.operations.values()],
      attributes: await attributesOf(node.url),
      seed: SEED,
      seconds: SECONDS,
      hasEnded: () => node.hasEnded,
    });
    console.log(
      `seed ${SEED}: ${report.requests} requests in ${SECONDS} s, another one waited ${Math.round(report.longestStallMs)} ms at most`,
    );
    expect({ seed: SEED, ended: node.hasEnded, failures: report.failures }).toEqual({
      seed: SEED,
      ended: false,
      failures: [],
    });
    expect([SEED, report.byOperation.size]).toEqual([SEED, contract.operations.size]);
    expect(report.longestStallMs).toBeLessThan(1_000);
  },
  (SECONDS + 60) * 1_000,
);

/** Of all types. */
async function attributesOf(url: string): Promise<string[]> {
  const names = new Set<string>();
  for (const kind of ['monitor', 'alerter']) {
    const types = (await (await fetch(`${url}/api/v1/schema/${kind}`)).json()) as Record<
      string,
      { schema: { properties: object } }
    >;
    for (const { schema } of Object.values(types)) for (const name of Object.keys(schema.properties)) names.add(name);
  }
  return [...names];
}
