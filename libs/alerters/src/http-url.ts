import { Text } from '@9volt/contracts';

/** Without user information: a password in an address that is no secret would be shown. */
const ADDRESS = /^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/;
const REFERENCE = /^\$\{(?:env|file):[^}]+\}\S*$/;

/** An http or https address as an option, or a reference that the worker resolves to one. */
export function HttpUrl(
  options: Omit<Parameters<typeof Text>[0], 'pattern' | 'expected' | 'maxLength'>,
): PropertyDecorator {
  return Text({
    ...options,
    maxLength: 2_048,
    pattern: new RegExp(`${ADDRESS.source}|${REFERENCE.source}`),
    expected: 'an address that starts with https:// or http://, without a user name in it',
  });
}
