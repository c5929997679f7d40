import { useEffect, useRef, useState } from 'react';
import type { LiveState } from '../../lib/live-types.js';

/** Whoever points at a row without moving for so long has looked enough. */
const HELD_MS = 10_000;

export interface HeldOrder {
  rows: readonly LiveState[];
  isHeld: boolean;
  /** To be put on what holds the rows. */
  handlers: {
    onPointerMove: (event: React.PointerEvent) => void;
    onPointerLeave: () => void;
    onFocus: () => void;
    onBlur: () => void;
  };
}

/**
 * Keeps rows where they are while somebody points at one or has the focus in one: an update changes what a row says, never which row is
 * under the pointer. `key` says what was asked for: another question gets another order at once.
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
