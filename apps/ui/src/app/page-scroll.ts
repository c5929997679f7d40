import { useLayoutEffect } from 'react';
import { useLocation } from 'react-router';

const KEY = 'page-scroll';
/** What a reader does to move by themselves. */
const INPUTS = ['wheel', 'keydown', 'pointerdown', 'touchstart'];

/** How far each page was scrolled, by its path. */
const positions = new Map<string, number>(readStored());

/** Each page keeps its own scroll position, however the reader comes back to it; a page that is new begins at its top. */
export function usePageScroll(): void {
  const { pathname } = useLocation();
  useLayoutEffect(() => {
    window.history.scrollRestoration = 'manual';
    const wanted = positions.get(pathname) ?? 0;
    let isThere = false;
    // Its content may come later.
    const approach = (): void => {
      if (isThere) return;
      window.scrollTo(0, wanted);
      isThere = Math.abs(window.scrollY - wanted) < 2;
    };
    const moved = (): void => void (isThere = true);
    const save = (): void => {
      if (isThere) positions.set(pathname, window.scrollY);
    };
    const store = (): void => sessionStorage.setItem(KEY, JSON.stringify([...positions]));
    const grown = new ResizeObserver(approach);
    approach();
    grown.observe(document.body);
    window.addEventListener('scroll', save, { passive: true });
    window.addEventListener('pagehide', store);
    for (const input of INPUTS) window.addEventListener(input, moved, { passive: true });
    return () => {
      grown.disconnect();
      window.removeEventListener('scroll', save);
      window.removeEventListener('pagehide', store);
      for (const input of INPUTS) window.removeEventListener(input, moved);
    };
  }, [pathname]);
}

function readStored(): [string, number][] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? (stored as [string, number][]) : [];
  } catch {
    return [];
  }
}
