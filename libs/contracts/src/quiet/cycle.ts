/**
 * A circle in a graph of names, from a name back to itself: `['a', 'b', 'a']`; undefined if there is none. The graph maps each name
 * to the names on which it depends; an unknown name depends on nothing.
 */
export function cycleOf(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    // Without recursion: a chain may be as long as there are monitors.
    const path: { name: string; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string): void => {
      path.push({ name, next: 0 });
      onPath.add(name);
    };
    if (!done.has(start)) enter(start);
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const parent = graph.get(at.name)?.[at.next++];
      if (parent === undefined) {
        path.pop();
        onPath.delete(at.name);
        done.add(at.name);
      } else if (onPath.has(parent)) {
        const names = path.map(({ name }) => name);
        return [...names.slice(names.indexOf(parent)), parent];
      } else if (!done.has(parent)) enter(parent);
    }
  }
  return undefined;
}
