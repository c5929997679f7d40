import { expect, it } from '@jest/globals';
import { render } from '@testing-library/react';
import { CfgNote } from './cfg-note.js';

it.each([
  [{ from: 'files' as const, set: 'shop' }, /^From files \(shop\): the next push .* overwrites changes made here\.$/],
  [{ from: 'api' as const }, /^Made here or through the API\. /],
  [null, /^It belongs to no set of files\. /],
  [undefined, /^A push of files leaves alone what is made here/],
])('of %j it says what the next push does', (origin, said) => {
  expect(render(<CfgNote origin={origin} />).container.textContent).toMatch(said);
});
