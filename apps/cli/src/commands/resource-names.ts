/** The resources of `9volt get`, and their other names: the singular, and a short one. */
export const RESOURCE_NAMES = {
  monitors: ['monitor', 'm'],
  states: ['state', 's'],
  events: ['event', 'e'],
  alerters: ['alerter', 'a'],
  reports: ['report', 'r'],
  members: ['member', 'workers', 'worker', 'w'],
  cluster: ['c'],
} as const satisfies Record<string, readonly string[]>;

export type ResourceName = keyof typeof RESOURCE_NAMES;

export function resourceNamed(word: string): ResourceName | undefined {
  const names = Object.entries(RESOURCE_NAMES) as [ResourceName, readonly string[]][];
  return names.find(([name, others]) => name === word || others.includes(word))?.[0];
}
