/** Reads a file of the repository by its path. */
export type ReadText = (path: string) => Promise<string>;

/** A document from its template beside this file: replaces each `{{name}}` by its value. Throws if one of them has no counterpart. */
export async function fillTemplate(name: string, read: ReadText, values: Record<string, string>): Promise<string> {
  const unused = new Set(Object.keys(values));
  const text = (await read(`apps/cli/src/docs/templates/${name}`)).replaceAll(/\{\{(.+?)\}\}/g, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) throw new Error(`${name} has a {{${key}}} that nothing fills`);
    unused.delete(key);
    return value;
  });
  if (unused.size > 0) throw new Error(`${name} has no {{${[...unused].join('}}, no {{')}}}`);
  return text;
}
