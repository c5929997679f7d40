import { isInGroup } from '@9volt/contracts/in-group';
import { counted } from '../../lib/format.js';
import { useLive } from '../../lib/live-context.js';
import type { Live } from '../../lib/live-types.js';
import styles from './status-pages.module.css';

const SHOWN = 12;

const statesOf = ({ states }: Live): Live['states'] => states;

/** Which monitors a group would show at present, by the names that the page gives them. */
export function GroupPreview({ group, names }: { group: Record<string, unknown>; names: unknown }) {
  const states = useLive(statesOf);
  if (states === undefined) return null;
  const chosen = { monitors: textsOf(group['monitors']), tags: textsOf(group['tags']) };
  const found = [...states.values()].filter((state) => isInGroup(chosen, state)).map(({ name }) => name);
  const titles = (names ?? {}) as Record<string, unknown>;
  const shown = found.sort().slice(0, SHOWN).map((name) => String((Object.hasOwn(titles, name) && titles[name]) || name)); // prettier-ignore
  const more = found.length - shown.length;
  return (
    <p className={styles['preview']}>
      {found.length === 0
        ? 'Shows no monitor at present.'
        : `Shows ${counted(found.length, 'monitor')}: ${shown.join(', ')}`}
      {more > 0 ? ` and ${more} more` : ''}
    </p>
  );
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
