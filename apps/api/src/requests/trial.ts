import { DomainError, fault, type FieldError, isPlainObject, MAX_FAULTS, unknownName, ownOf } from '@9volt/contracts';

/** A configuration to test without storing it. */
export interface Trial {
  config: unknown;
  /** The stored one that has the masked secrets. */
  name?: string;
  /** The tag of the workers that test it, instead of the configuration's own member-tag. */
  memberTag?: string;
}

/** Reads the body of a test. */
export function readTrial(raw: unknown, attributes: readonly string[]): Trial {
  if (!isPlainObject(raw)) throw new DomainError('invalid', `Expected an object with ${attributes.join(', ')}`);
  const errors: FieldError[] = [];
  const unknown = Object.keys(raw).filter((name) => !attributes.includes(name));
  for (const name of unknown.slice(0, MAX_FAULTS)) errors.push(unknownName(`/${name}`, 'attribute', name, attributes));
  if (raw['config'] === undefined) errors.push(fault('/config', undefined, 'the configuration to test'));
  for (const name of attributes.filter((attribute) => attribute !== 'config')) {
    const value = ownOf(raw, name);
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      errors.push(fault(`/${name}`, value, 'a text'));
  }
  if (errors.length > 0) {
    throw DomainError.invalid(errors);
  }
  const { config, name, 'member-tag': memberTag } = raw as Record<string, string | undefined>;
  return {
    config,
    ...(name === undefined ? {} : { name }),
    ...(memberTag === undefined ? {} : { memberTag }),
  };
}
