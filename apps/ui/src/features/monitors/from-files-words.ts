import type { LiveState } from '../../lib/live-types.js';

/** What the next push does to a change of these; undefined if no files contain them. */
export function fromFilesWords(states: readonly LiveState[]): string | undefined {
  const sets = states.flatMap(({ origin }) => (origin?.from === 'files' ? [origin.set ?? '?'] : []));
  if (sets.length === 0) return undefined;
  const who = states.length === 1 ? 'It is' : `${sets.length} of them ${sets.length === 1 ? 'is' : 'are'}`;
  return `${who} from files (${[...new Set(sets)].sort().join(', ')}): the next push overwrites this.`;
}
