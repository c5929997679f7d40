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

/** Too short a part to be a credential; hiding it would only make answers unreadable. */
const MIN_SECRET = 12;

/** Of an address that is itself the credential, as a webhook's is: what must never be shown. */
export function secretsOfUrl(url: string): string[] {
  if (!URL.canParse(url)) return [url];
  const { pathname, search, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= MIN_SECRET);
  return [url, pathname, search, ...parts].filter((part) => part.length > 1);
}
