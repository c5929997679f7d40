/** The resources of `9volt get`, and their other names: the singular, and a short one. The beginning of one will do, too. */
export const RESOURCE_NAMES = {
  monitors: ['monitor', 'm'],
  states: ['state', 's'],
  events: ['event', 'e'],
  alerters: ['alerter', 'a'],
  reports: ['report', 'r'],
  members: ['member', 'nodes', 'node', 'workers', 'worker', 'w'],
  cluster: ['c'],
} as const satisfies Record<string, readonly string[]>;

export type ResourceName = keyof typeof RESOURCE_NAMES;

export function resourceNamed(word: string): ResourceName | undefined {
  const names = Object.entries(RESOURCE_NAMES) as [ResourceName, readonly string[]][];
  const exact = names.find(([name, others]) => name === word || others.includes(word));
  if (exact) return exact[0];
  const begun = word.length > 1 ? names.filter(([name]) => name.startsWith(word)) : [];
  return begun.length === 1 ? begun[0]?.[0] : undefined;
}
