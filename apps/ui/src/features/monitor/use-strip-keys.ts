import { ownOf } from '@9volt/contracts/by-name';
import { type KeyboardEvent, type RefObject, useRef } from 'react';

/** Further than any strip is long. */
const ALL = 1_000;
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -ALL, End: ALL };

/** A row of buttons that is one stop for the tab key: the arrows, Home and End go from button to button. */
export function useStripKeys(
  count: number,
  at: number,
  onMove: (to: number) => void,
): { ref: RefObject<HTMLDivElement | null>; onKeyDown: (event: KeyboardEvent) => void } {
  const ref = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = ownOf(STEPS, event.key);
    if (step === undefined) return;
    event.preventDefault();
    const to = Math.min(count - 1, Math.max(0, at + step));
    onMove(to);
    ref.current?.querySelectorAll('button')[to]?.focus();
  };
  return { ref, onKeyDown };
}
