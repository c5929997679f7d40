import { ownOf } from '@9volt/contracts/by-name';
import { convertedTo, type Json, type TypeSchemas } from '../forms/attributes.js';
import type { Filled } from '../forms/paste-field.js';
import { pastedTarget, withTarget } from './pasted-target.js';

/** A configuration with the pasted target; of another type if its own cannot have that. */
export function fillFrom(text: string, config: Json, schemas: TypeSchemas): Filled | undefined {
  const pasted = pastedTarget(text);
  const type = String(config['type'] ?? '');
  const to = type !== '' && pasted?.fits(type) ? type : pasted?.type;
  const schema = to === undefined ? undefined : ownOf(schemas, to)?.schema;
  if (!pasted || to === undefined || !schema) return undefined;
  const names = new Set(Object.keys((schema['properties'] ?? {}) as Json));
  const target = pasted.configFor(to);
  const filled = withTarget(to === type ? config : convertedTo(to, config, schema), target, names);
  const taken = Object.keys(target).filter((name) => names.has(name));
  const said = [
    `Filled ${taken.join(', ')}.`,
    ...(to === type || type === '' ? [] : [`The type is ${to} now.`]),
    ...pasted.notes,
  ];
  return { config: filled, name: String(target['host'] ?? ''), said: said.join(' ') };
}
