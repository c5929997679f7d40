import { getMetadataStorage } from './class-validator.js';
import { ownOf } from './by-name.js';

type Storage = ReturnType<typeof getMetadataStorage>;
type Rules = ReturnType<Storage['getTargetValidationMetadatas']>;

let judged: readonly string[] | undefined;

/** Validates while class-validator sees the rules of these properties only: looking at all of a class costs more than judging a few. */
export function judgingOnly<T>(properties: readonly string[], validate: () => T): T {
  const outer = judged;
  judged = properties;
  try {
    return validate();
  } finally {
    judged = outer;
  }
}

/**
 * class-validator collects the rules of a class again at each validation, which is half of the cost of a validation. Rules do not
 * change once a class is defined, so this collects them once. Validations with groups, which 9volt does not use, stay unchanged.
 */
export function rememberRules(storage: Storage = getMetadataStorage()): void {
  const gather = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  const rules = new Map<unknown, Rules>();
  const grouped = new WeakMap<Rules, ReturnType<Storage['groupByPropertyName']>>();

  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    if (always || strictGroups || (groups?.length ?? 0) > 0)
      return gather(target, schema, always, strictGroups, groups);
    const known = rules.get(target) ?? gather(target, schema, always, strictGroups, groups);
    rules.set(target, known);
    return known;
  };
  storage.groupByPropertyName = (metadata) => {
    const known = grouped.get(metadata) ?? group(metadata);
    grouped.set(metadata, known);
    return judged ? Object.fromEntries(judged.map((property) => [property, ownOf(known, property) ?? []])) : known;
  };
}
