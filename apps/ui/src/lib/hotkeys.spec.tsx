import { afterEach, expect, it, jest } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { useHotkeys, useListKeys } from './hotkeys.js';

afterEach(cleanup);

const onSlash = jest.fn();
const onCommand = jest.fn();

function Fixture({ withDialog = false }: { withDialog?: boolean }) {
  const list = useRef<HTMLUListElement>(null);
  useHotkeys({ '/': onSlash, 'ctrl+k': onCommand });
  useListKeys(list, 3);
  return (
    <>
      <input aria-label="text" />
      <ul ref={list}>
        {[0, 1, 2].map((row) => (
          <li key={row} data-row={row}>
            <a href={`#${row}`}>row {row}</a>
          </li>
        ))}
      </ul>
      {withDialog ? <div role="dialog" /> : null}
    </>
  );
}

const press = (key: string, more: object = {}, on: Element = document.body): void =>
  void fireEvent.keyDown(on, { key, ...more });

it('reacts to a key, unless somebody types, a dialog is open, or it is meant for the browser', () => {
  const { rerender } = render(<Fixture />);
  press('/');
  expect(onSlash).toHaveBeenCalledTimes(1);
  press('/', {}, screen.getByLabelText('text'));
  press('/', { altKey: true });
  rerender(<Fixture withDialog />);
  press('/');
  expect(onSlash).toHaveBeenCalledTimes(1);
  press('k', { ctrlKey: true }, screen.getByLabelText('text'));
  press('K', { metaKey: true });
  expect(onCommand).toHaveBeenCalledTimes(2);
});

it('goes from row to row, and no further than the last', () => {
  render(<Fixture />);
  const at = (): string | null | undefined => document.activeElement?.textContent;
  press('j');
  expect(at()).toBe('row 0');
  for (let pressed = 0; pressed < 3; pressed++) press('j');
  expect(at()).toBe('row 2');
  press('k');
  expect(at()).toBe('row 1');
});
