import {
  AlerterSettings,
  attributesOf,
  isPlainObject,
  nameFault,
  noMapFault,
  referenceFaults,
  unknownName,
  validateSettings,
  type FieldError,
  type ReportSettings,
  type Validated,
} from '@9volt/contracts';
import { alerterTypes, reportingTypes } from './registry.js';

/** Validates an alerter as an operator wrote it. `at` is the JSON pointer of `raw` in the document that the person wrote. */
export function validateAlerter(name: string, raw: unknown, at = ''): Validated<AlerterSettings> {
  const badName = nameFault('alerter', name);
  if (badName) return { ok: false, errors: [{ ...badName, path: at }] };
  if (!isPlainObject(raw)) return { ok: false, errors: [noMapFault(at, raw, 'a map of attributes')] };
  const { options, ...rest } = raw;
  const errors: FieldError[] = [];
  const common = validateSettings(AlerterSettings, rest, at);
  if (!common.ok) errors.push(...common.errors);
  const type = raw['type'];
  const definition = typeof type === 'string' ? alerterTypes.get(type) : undefined;
  if (!definition) {
    if (typeof type === 'string' && type !== '') {
      errors.push(unknownName(`${at}/type`, 'type', type, alerterTypes.keys()));
    }
    return { ok: false, errors };
  }
  const validated = validateSettings(definition.options, options ?? {}, `${at}/options`);
  if (!validated.ok) errors.push(...validated.errors);
  else errors.push(...referenceFaults(validated.value, [...attributesOf(definition.options).keys()], `${at}/options`));
  if (common.ok) errors.push(...groupFaults(common.value, definition.type, at));
  if (errors.length > 0 || !common.ok || !validated.ok) return { ok: false, errors };
  const { type: kind, description } = common.value;
  const grouping = Object.fromEntries(
    GROUPING.flatMap((name) => (common.value[name] === undefined ? [] : [[name, common.value[name]]])),
  );
  return {
    ok: true,
    value: {
      type: kind,
      ...(description === undefined ? {} : { description }),
      ...grouping,
      options: validated.value as Record<string, unknown>,
    },
  };
}

const GROUPING = ['group-wait', 'group-interval', 'group-by'] as const;
/** Their providers group incidents themselves, and close each by its own key. */
const UNGROUPED = ['pagerduty', 'alertmanager'];

function groupFaults(settings: AlerterSettings, type: string, at: string): FieldError[] {
  const given = GROUPING.filter((name) => settings[name] !== undefined);
  if (given.length > 0 && UNGROUPED.includes(type)) {
    const expected = `no ${given[0]}: ${type} groups incidents itself`;
    return [{ path: `${at}/${given[0]}`, expected, message: `${given[0]}: expected ${expected}` }];
  }
  const lonely = settings['group-wait'] === undefined ? given[0] : undefined;
  if (lonely === undefined) return [];
  return [
    {
      path: `${at}/${lonely}`,
      expected: 'a group-wait beside it',
      message: `${lonely}: has no effect without group-wait`,
    },
  ];
}

/** The alerters of a report that do not exist, or cannot send reports. `types` has the types by name. */
export function reportAlerterFaults(
  { alerters }: Pick<ReportSettings, 'alerters'>,
  types: ReadonlyMap<string, string | undefined>,
  at = '',
): FieldError[] {
  return alerters.flatMap((name, n): FieldError[] => {
    const path = `${at}/alerters/${n}`;
    if (!types.has(name)) return [unknownName(path, 'alerter', name, types.keys())];
    const type = types.get(name);
    if (type === undefined || alerterTypes.get(type)?.sendReport) return [];
    const expected = `an alerter of the type ${reportingTypes().join(' or ')}`;
    return [{ path, value: name, expected, message: `${name} is of the type ${type}; expected ${expected}` }];
  });
}
