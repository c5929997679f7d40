import type { FieldProblem } from '../../lib/api-client.js';

/** Errors by position: a pointer into an attribute belongs to that attribute; others belong to the whole. */
export interface Faults {
  of(path: readonly string[]): string | undefined;
  /** Errors of no attribute with a control. */
  rest: readonly string[];
}

/** `base` is the position of the configuration in the request. */
export function faultsOf(fields: readonly FieldProblem[], paths: readonly (readonly string[])[], base = ''): Faults {
  const pointers = paths.map((path) => [path.join('\0'), pointerOf(path)] as const);
  const byPath = new Map<string, string[]>();
  const rest: string[] = [];
  for (const { pointer, message } of fields) {
    const at = pointer.startsWith(`${base}/`) ? pointer.slice(base.length) : pointer;
    const owner = pointers.find(([, known]) => at === known || at.startsWith(`${known}/`));
    if (!owner) rest.push(message);
    else byPath.set(owner[0], [...(byPath.get(owner[0]) ?? []), message]);
  }
  return { of: (path) => byPath.get(path.join('\0'))?.join('; '), rest };
}

/** RFC 6901. */
function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
