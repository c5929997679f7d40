import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { act, cleanup, fireEvent } from '@testing-library/react';
import { completeDom } from '../testing/dom.js';
import { renderAt } from '../testing/render.js';
import { usePageScroll } from './page-scroll.js';

/** The longest scroll of the document. */
let most: number;
let grow: () => void;

function scrollTo(top: number): void {
  Object.assign(window, { scrollY: Math.min(top, most) });
  fireEvent.scroll(window);
}

beforeEach(() => {
  completeDom();
  most = 1_000;
  Object.assign(window, {
    scrollTo: jest.fn((_left: number, top: number) => scrollTo(top)),
    ResizeObserver: class {
      constructor(grown: () => void) {
        grow = grown;
      }
      observe(): void {}
      disconnect(): void {}
    },
  });
});
afterEach(cleanup);

function Page() {
  usePageScroll();
  return null;
}

it('keeps the scroll position of each page, by whatever way the reader returns', async () => {
  const { router } = renderAt(<Page />, { path: '/monitors' });
  scrollTo(500);
  await act(() => router.navigate('/events'));
  expect(window.scrollY).toBe(0);
  scrollTo(70);
  await act(() => router.navigate('/monitors'));
  expect(window.scrollY).toBe(500);
  await act(() => router.navigate(-1));
  expect(window.scrollY).toBe(70);
});

it('waits for the content of the page, unless the reader scrolls', async () => {
  const { router } = renderAt(<Page />, { path: '/alerters' });
  scrollTo(400);
  await act(() => router.navigate('/cluster'));
  most = 100;
  await act(() => router.navigate('/alerters'));
  expect(window.scrollY).toBe(100);
  most = 1_000;
  grow();
  expect(window.scrollY).toBe(400);
  most = 100;
  await act(() => router.navigate('/cluster'));
  await act(() => router.navigate('/alerters'));
  fireEvent.wheel(window);
  most = 1_000;
  grow();
  expect(window.scrollY).toBe(100);
});
