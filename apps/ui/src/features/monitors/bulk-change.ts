import { isEqual } from '../forms/differences.js';
import type { Json } from '../forms/attributes.js';

/** One change for many monitors; what is undefined stays as it is. */
export interface BulkChange {
  addTags: readonly string[];
  removeTags: readonly string[];
  'warning-threshold'?: number | undefined;
  'critical-threshold'?: number | undefined;
  'warning-alerter'?: readonly string[] | undefined;
  'critical-alerter'?: readonly string[] | undefined;
}

export const NO_CHANGE: BulkChange = { addTags: [], removeTags: [] };

/** What it changes in one monitor. */
export interface Patched {
  name: string;
  patch: Json;
  /** For a person: `tags: a → a, b`. */
  lines: readonly string[];
}

const SET = ['warning-threshold', 'critical-threshold', 'warning-alerter', 'critical-alerter'] as const;

/** The monitors that a change changes, and how; null removes an attribute. */
export function patchesOf(configs: readonly (Json & { name: string })[], change: BulkChange): Patched[] {
  return configs.flatMap((config) => {
    const before = new Map(Object.entries(config));
    const wanted = new Map<string, unknown>(
      SET.flatMap((name) => (change[name] === undefined ? [] : [[name, change[name]]])),
    );
    const tags = listOf(before.get('tags'));
    wanted.set(
      'tags',
      [...new Set([...tags, ...change.addTags])].filter((tag) => !change.removeTags.includes(tag)),
    );
    const changed = [...wanted].filter(([name, value]) => !isSame(before.get(name), value));
    if (changed.length === 0) return [];
    const patch = Object.fromEntries(changed.map(([name, value]) => [name, isNothing(value) ? null : value]));
    const lines = changed.map(([name, value]) => `${name}: ${inWords(before.get(name))} → ${inWords(value)}`);
    return [{ name: config.name, patch, lines }];
  });
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function isSame(before: unknown, value: unknown): boolean {
  return (isNothing(before) && isNothing(value)) || isEqual(before, value);
}

function inWords(value: unknown): string {
  if (isNothing(value)) return 'none';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
