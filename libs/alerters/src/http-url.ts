import { Text } from '@9volt/contracts';

/** Without user information: 9volt would show a password in an address that is not a secret. */
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

/** A part that is too short to be a credential; hiding it would only make answers unreadable. */
const MIN_SECRET = 12;

/** The secret parts of an address that is itself the credential, like a webhook's. */
export function secretsOfUrl(url: string): string[] {
  if (!URL.canParse(url)) return [url];
  const { pathname, search, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= MIN_SECRET);
  return [url, pathname, search, ...parts].filter((part) => part.length > 1);
}
