import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { completeDom } from '../testing/dom.js';
import { renderAt } from '../testing/render.js';
import { Loaded } from './loaded.js';

beforeEach(completeDom);
afterEach(cleanup);

const refetch = jest.fn();
const show = (data: string[] | undefined, error: Error | null): void => {
  renderAt(
    <Loaded
      of={{ data, error, refetch }}
      what="the words"
      empty={{ when: ({ length }) => length === 0, shown: 'no words' }}
    >
      {(words) => words.join(' ')}
    </Loaded>,
  );
};

it('says that it loads', () => {
  show(undefined, null);
  expect(screen.getByRole('status').textContent).toBe('Loading the words…');
});

it('says what went wrong, and tries again', () => {
  show(undefined, new Error('no route'));
  expect(screen.getByRole('alert').textContent).toContain('Could not load the words');
  expect(screen.getByRole('alert').textContent).toContain('no route');
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(refetch).toHaveBeenCalledTimes(1);
});

it('shows what was read', () => {
  show(['a', 'b'], null);
  expect(document.body.textContent).toContain('a b');
  expect(screen.queryByRole('status')).toBeNull();
});

it('says that there is nothing', () => {
  show([], null);
  expect(document.body.textContent).toContain('no words');
});

it.each([
  [['a'], 'a'],
  [[], 'no words'],
])('keeps %j and says that it is old when it cannot be read again', (data, text) => {
  show(data, new Error('no route'));
  expect(document.body.textContent).toContain(text);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByRole('status').textContent).toContain('may be out of date. no route');
});
