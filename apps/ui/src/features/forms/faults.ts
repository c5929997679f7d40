import type { FieldProblem } from '../../lib/api-client.js';
import { type Json, valueAt } from './attributes.js';
import { isEqual } from './differences.js';

/** Errors by position: a pointer into an attribute belongs to that attribute; others belong to the whole. */
export interface Faults {
  of(path: readonly string[]): string | undefined;
  /** Errors of attributes with a control, in their order. */
  listed: readonly { path: readonly string[]; message: string }[];
  /** Errors of no attribute with a control. */
  rest: readonly string[];
}

/** An answer of the API about a configuration that was sent. */
export interface Refusal {
  fields: readonly Pick<FieldProblem, 'pointer' | 'message'>[];
  /** The position of the configuration in the request. */
  base: string;
  /** The configuration as it was sent. */
  config: Json;
}

type Paths = readonly (readonly string[])[];

/** The errors of a refusal that may still be true: an error ends when its attribute, or another one that it names, changes. */
export function faultsOf({ fields, base, config: sent }: Refusal, paths: Paths, config: Json = sent): Faults {
  const byPath = new Map<string, string[]>();
  const rest: string[] = [];
  const isChanged = (path: readonly string[]): boolean => !isEqual(valueAt(sent, path), valueAt(config, path));
  for (const { pointer, message } of fields) {
    const at = pointer.startsWith(`${base}/`) ? pointer.slice(base.length) : pointer;
    const owner = paths.find((path) => at === pointerOf(path) || at.startsWith(`${pointerOf(path)}/`));
    const concerned = [
      owner ?? segmentsOf(at).slice(0, 1),
      ...paths.filter((path) => names(message, path) && isBeside(path, owner)),
    ];
    if (concerned.some((path) => (path.length === 0 ? !isEqual(sent, config) : isChanged(path)))) continue;
    if (!owner) rest.push(message);
    else byPath.set(owner.join('\0'), [...(byPath.get(owner.join('\0')) ?? []), message]);
  }
  const of = (path: readonly string[]): string | undefined => byPath.get(path.join('\0'))?.join('; ');
  const listed = paths.flatMap((path) => {
    const message = of(path);
    return message === undefined ? [] : [{ path, message }];
  });
  return { of, listed, rest };
}

export const NO_REFUSAL: Refusal = { fields: [], base: '', config: {} };

/** A message about a field of a list of maps names only fields of the same map. */
function isBeside(path: readonly string[], owner: readonly string[] = []): boolean {
  const isListed = path.some((part) => /^\d+$/.test(part));
  return !isListed || path.slice(0, -1).join('/') === owner.slice(0, -1).join('/');
}

/** Whether a message names an attribute as a word of its own. */
function names(message: string, path: readonly string[]): boolean {
  return message.split(/[^\w-]+/).includes(path.at(-1) ?? '');
}

/** RFC 6901. */
function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
