import type { LiveState } from '../../lib/live-types.js';
import { explanationOf, wasCritical } from '../../lib/status.js';

/** A line of the table. */
export type TableItem =
  /** The head of a group. */
  | { key: string; tag: string | undefined; count: number; state?: undefined }
  /** A monitor. */
  | { key: string; state: LiveState };

/** The rows, or a group for each tag with its rows, in the order in which they first appear; those without a tag come last. */
export function itemsOf(rows: readonly LiveState[], byTag: boolean): TableItem[] {
  if (!byTag) return rows.map((state) => ({ key: state.name, state }));
  const groups = new Map<string | undefined, LiveState[]>();
  for (const state of rows) {
    for (const tag of state.tags.length === 0 ? [undefined] : state.tags) {
      const group = groups.get(tag);
      if (group) group.push(state);
      else groups.set(tag, [state]);
    }
  }
  const untagged = groups.get(undefined);
  groups.delete(undefined);
  return [...groups, ...(untagged ? [[undefined, untagged] as const] : [])].flatMap(([tag, members]) => [
    { key: `# ${tag ?? ''}`, tag, count: members.length },
    ...members.map((state) => ({ key: `${tag ?? ''}/${state.name}`, state })),
  ]);
}

const CALM: ReadonlySet<string> = new Set(['ok', 'disabled', 'maintenance', 'pending']);

/** What its row says below: why it is not as it should be. */
export function reasonOf(state: LiveState): string {
  if (CALM.has(state.status)) return '';
  return `${wasCritical(state) ? `was critical (${state.message}): ` : ''}${explanationOf(state)}`;
}
