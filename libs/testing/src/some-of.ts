/** For a loop of assertions over what was found: with nothing found it would pass without having asserted anything. */
export function someOf<T>(found: Iterable<T>): T[] {
  const items = [...found];
  if (items.length === 0) throw new Error('nothing was found to look at');
  return items;
}
