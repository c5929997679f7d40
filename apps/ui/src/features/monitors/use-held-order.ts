import { useEffect, useRef, useState } from 'react';
import type { LiveState } from '../../lib/live-types.js';

/** A reader who points at a row without moving for this long has finished looking. */
const HELD_MS = 10_000;

export interface HeldOrder {
  rows: readonly LiveState[];
  /** The states that decide how high the rows are: while the order is held, those of its beginning. */
  shape: readonly LiveState[];
  isHeld: boolean;
  /** Put it on the element around the rows. */
  handlers: {
    onPointerMove: (event: React.PointerEvent) => void;
    onPointerLeave: () => void;
    onFocus: () => void;
    onBlur: () => void;
  };
}

/**
 * Keeps rows where they are while somebody points at one or has the focus in one: an update changes the content of a row, never
 * which row is under the pointer. `key` is the query: another query gets another order at once.
 */
export function useHeldOrder(
  sorted: readonly LiveState[],
  states: ReadonlyMap<string, LiveState>,
  key: string,
): HeldOrder {
  const [held, setHeld] = useState<{ key: string; rows: readonly LiveState[] } | undefined>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const isHeld = held?.key === key;
  const rows = isHeld ? held.rows.map((row) => states.get(row.name) ?? row) : sorted;
  const release = (): void => {
    clearTimeout(timer.current);
    setHeld(undefined);
  };
  const hold = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(release, HELD_MS);
    if (!isHeld) setHeld({ key, rows: sorted });
  };
  return {
    rows,
    shape: isHeld ? held.rows : sorted,
    isHeld,
    handlers: {
      onPointerMove: ({ pointerType }) => {
        if (pointerType === 'mouse') hold();
      },
      onPointerLeave: release,
      onFocus: hold,
      onBlur: release,
    },
  };
}
