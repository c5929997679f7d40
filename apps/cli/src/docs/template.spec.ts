import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from './template.js';

describe('a template', () => {
  const read = async (): Promise<string> => '# {{title}}\n\n{{title}}: {{the rest}}\n';

  it('gets each value as it is, wherever its name stands', async () => {
    expect(await fillTemplate('x.md', read, { title: '$& {{a}}', 'the rest': 'b' })).toBe(
      '# $& {{a}}\n\n$& {{a}}: b\n',
    );
  });

  it('refuses a name without a value, and a value without a name', async () => {
    await expect(fillTemplate('x.md', read, { title: 'a' })).rejects.toThrow(
      'x.md has a {{the rest}} that nothing fills',
    );
    const more = { title: 'a', 'the rest': 'b', other: 'c' };
    await expect(fillTemplate('x.md', read, more)).rejects.toThrow('x.md has no {{other}}');
  });
});
