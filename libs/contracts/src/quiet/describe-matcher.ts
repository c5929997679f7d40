import type { Matcher } from './matcher.js';

/** In the order in which a person would write it: `name web-*, tag shop`. */
export function describeMatcher(matcher: Matcher): string {
  const { name, tags, type, status } = matcher;
  const memberTag = matcher['member-tag'];
  const parts = [
    ...(name === undefined ? [] : [`name ${name}`]),
    ...(tags ?? []).map((tag) => `tag ${tag}`),
    ...(type === undefined ? [] : [`type ${type}`]),
    ...(memberTag === undefined ? [] : [`member-tag ${memberTag}`]),
    ...(status === undefined ? [] : [`status ${status.join(' or ')}`]),
  ];
  return parts.length === 0 ? 'all monitors' : parts.join(', ');
}
