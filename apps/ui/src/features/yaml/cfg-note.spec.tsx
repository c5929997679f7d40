import { expect, it } from '@jest/globals';
import { render } from '@testing-library/react';
import { CfgNote } from './cfg-note.js';

it.each([
  [{ from: 'files' as const, set: 'shop' }, /^From files \(shop\): the next push .* overwrites changes made here\.$/],
  [{ from: 'api' as const }, /^Made here or through the API\. /],
  [null, /^No set of files contains it\. /],
  [undefined, /^A push of files does not change entries made here/],
])('of %j it says what the next push does', (origin, said) => {
  expect(render(<CfgNote origin={origin} />).container.textContent).toMatch(said);
});
