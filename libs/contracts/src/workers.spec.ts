import { expect, it } from '@jest/globals';
import { abandonedBy } from './workers.js';

type Cluster = Parameters<typeof abandonedBy>[0];

const worker = (Name: string, Tags: string[], more: object = {}): object => ({
  Name,
  Role: 'worker',
  Tags,
  Draining: false,
  ...more,
});
const cluster = (...workers: object[]): Cluster =>
  ({
    Members: Object.fromEntries(workers.map((one, n) => [String(n), one])),
    Coverage: {
      pools: [
        { tag: null, monitors: 7 },
        { tag: 'eu', monitors: 3 },
        { tag: 'us', monitors: 0 },
      ],
    },
  }) as unknown as Cluster;

it.each<[string, Cluster, object[]]>([
  ['the only one without tags', cluster(worker('a', []), worker('b', ['eu'])), [{ tag: undefined, monitors: 7 }]],
  ['one of two', cluster(worker('a', []), worker('b', [])), []],
  ['the only one of a tag', cluster(worker('a', ['eu', 'us']), worker('b', [])), [{ tag: 'eu', monitors: 3 }]],
  [
    'the last one that is not drained',
    cluster(worker('a', []), worker('b', [], { Draining: true })),
    [{ tag: undefined, monitors: 7 }],
  ],
  ['one that is drained already', cluster(worker('a', [], { Draining: true })), []],
  ['a scheduler', cluster(worker('a', [], { Role: 'scheduler' })), []],
])('a drain of %s', (_what, given, expected) => expect(abandonedBy(given, 'a')).toEqual(expected));
