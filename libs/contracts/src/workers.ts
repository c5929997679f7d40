import type { components } from './api-types.js';

type Cluster = components['schemas']['Cluster'];
type Member = components['schemas']['Member'];

/** Monitors that nobody could run. */
export interface Abandoned {
  /** Undefined: monitors without a `member-tag`. */
  tag: string | undefined;
  monitors: number;
}

/** Those that run checks. */
export function workersOf({ Members }: Cluster): Member[] {
  return Object.values(Members).filter(({ Role }) => Role === 'worker' || Role === 'server');
}

/** The monitors that a drain would leave without any worker, by tag. */
export function abandonedBy(cluster: Cluster, name: string): Abandoned[] {
  const workers = workersOf(cluster);
  const others = workers.filter(({ Name, Draining }) => Name !== name && !Draining);
  const poolsOf = ({ Tags }: { Tags: readonly string[] }): readonly (string | undefined)[] =>
    Tags.length === 0 ? [undefined] : Tags;
  const left = new Set(others.flatMap(poolsOf));
  const drained = workers.filter((worker) => worker.Name === name && !worker.Draining).flatMap(poolsOf);
  return [...new Set(drained)]
    .filter((tag) => !left.has(tag))
    .map((tag) => ({
      tag,
      monitors: cluster.Coverage?.pools.find((pool) => (pool.tag ?? undefined) === tag)?.monitors ?? 0,
    }))
    .filter(({ monitors }) => monitors > 0);
}
