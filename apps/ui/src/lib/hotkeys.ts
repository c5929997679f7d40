import { ownOf } from '@9volt/contracts/by-name';
import { useEffect, useRef } from 'react';

/** `k`, `?`, `ctrl+k` (also with the command key). */
export type Bindings = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Keys of a page. They are off while somebody types, and below a dialog; those with ctrl are not. */
export function useHotkeys(bindings: Bindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isCommand = event.ctrlKey || event.metaKey;
      if (event.altKey || event.defaultPrevented || (!isCommand && isBusy(event.target))) return;
      const run = ownOf(latest.current, isCommand ? `ctrl+${event.key.toLowerCase()}` : event.key);
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function isBusy(target: EventTarget | null): boolean {
  const typing =
    target instanceof HTMLElement &&
    (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName) || isTextInput(target));
  return typing || document.querySelector('[role="dialog"]') !== null;
}

function isTextInput(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type);
}

const FRAMES = 5;

/**
 * `j` and `k` go from row to row of a list: to the link in the next element with `data-row`, which Enter then opens. `scrollTo`
 * renders a row of a virtualised list.
 */
export function useListKeys(
  list: React.RefObject<HTMLElement | null>,
  count: number,
  scrollTo?: (row: number) => void,
): void {
  const move = (by: number): void => {
    const at = document.activeElement?.closest<HTMLElement>('[data-row]');
    const from = at && list.current?.contains(at) ? Number(at.dataset['row']) : by > 0 ? -1 : count;
    const row = Math.min(count - 1, Math.max(0, from + by));
    scrollTo?.(row);
    focusRow(list.current, row, FRAMES);
  };
  useHotkeys({ j: () => move(1), k: () => move(-1) });
}

function focusRow(list: HTMLElement | null, row: number, frames: number): void {
  const link = list?.querySelector<HTMLElement>(`[data-row="${row}"] a`);
  if (link) link.focus();
  else if (frames > 0) requestAnimationFrame(() => focusRow(list, row, frames - 1));
}
