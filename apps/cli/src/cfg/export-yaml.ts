import { stringify } from 'yaml';
import type { Kind } from './entry.js';
import type { Catalogue, Stored } from './plan-sync.js';

/** All stored and valid entries, sorted by name, as YAML that syncs back without a difference. */
export function exportYaml(stored: Catalogue<Stored>): { text: string; invalid: string[] } {
  const invalid: string[] = [];
  const document: Partial<Record<Kind, Record<string, object>>> = {};
  for (const kind of ['alerter', 'maintenance', 'monitor', 'status-page', 'report'] as const) {
    const entries: [string, object][] = [];
    for (const [name, { value }] of [...stored[kind]].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (value) entries.push([name, { ...value }]);
      else invalid.push(`${kind} ${name}`);
    }
    if (entries.length > 0) document[kind] = Object.fromEntries(entries);
  }
  return { text: stringify(document, { lineWidth: 0 }), invalid };
}
