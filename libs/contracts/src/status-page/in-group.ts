import { globMatches } from '../quiet/glob.js';

/** Whether a page shows a monitor under this heading. */
export function isInGroup(
  { monitors = [], tags = [] }: { monitors?: readonly string[]; tags?: readonly string[] },
  { name, tags: carried = [] }: { name: string; tags?: readonly string[] | undefined },
): boolean {
  if (monitors.some((pattern) => globMatches(pattern, name))) return true;
  return tags.length > 0 && tags.every((tag) => carried.includes(tag));
}
