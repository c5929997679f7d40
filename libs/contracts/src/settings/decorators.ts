import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
} from './class-validator.js';
import { formatDuration, parseDuration } from './duration.js';
import { instantMs } from './instant.js';
import { type AttributeMeta, recordAttribute, type SettingsClass } from './attribute.js';

/**
 * One decorator per kind of attribute. Each applies the class-validator rules and records the description from which schemas, forms
 * and documentation are derived, so rules and description cannot differ.
 */

interface Common {
  doc: string;
  required?: boolean;
  default?: unknown;
  example?: unknown;
  group?: AttributeMeta['group'];
}

function attribute(
  kind: AttributeMeta['kind'],
  options: Common,
  more: Pick<AttributeMeta, 'expected'> & Partial<AttributeMeta>,
  rules: PropertyDecorator[],
): PropertyDecorator {
  return (prototype, property) => {
    const required = options.required ?? false;
    for (const rule of required ? rules : [IsOptional(), ...rules]) rule(prototype, property);
    const { doc, default: fallback, example, group = 'specific' } = options;
    recordAttribute(prototype, {
      name: String(property),
      kind,
      doc,
      required,
      group,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(example === undefined ? {} : { example }),
      ...more,
    });
  };
}

const MAX_TEXT = 65_536;

/** A text. `secret` texts are masked in every answer. */
export function Text(
  options: Common & {
    secret?: boolean;
    maxLength?: number;
    multiline?: boolean;
    notEmpty?: boolean;
    pattern?: RegExp;
    expected?: string;
  } & Pick<AttributeMeta, 'suggestions' | 'normalise'>,
): PropertyDecorator {
  const maxLength = options.maxLength ?? MAX_TEXT;
  const rules: PropertyDecorator[] = [IsString(), MaxLength(maxLength)];
  const notEmpty = options.notEmpty ?? options.required ?? false;
  if (notEmpty) rules.push(MinLength(1));
  const pattern = options.pattern;
  if (pattern) rules.push(rule('pattern', (value) => typeof value === 'string' && pattern.test(value)));
  return attribute(
    'text',
    options,
    {
      expected: options.expected ?? (notEmpty ? 'a non-empty text' : 'a text'),
      maxLength,
      ...(options.secret ? { secret: true } : {}),
      ...(options.multiline ? { multiline: true } : {}),
      ...(options.suggestions ? { suggestions: options.suggestions } : {}),
      ...(options.normalise ? { normalise: options.normalise } : {}),
    },
    rules,
  );
}

/** A whole number within bounds, both included. */
export function Integer(options: Common & { minimum: number; maximum: number }): PropertyDecorator {
  const { minimum, maximum } = options;
  return attribute('integer', options, { expected: `a whole number from ${minimum} to ${maximum}`, minimum, maximum }, [
    IsInt(),
    Min(minimum),
    Max(maximum),
  ]);
}

/** A number, which may have a fraction, within bounds, both included. */
export function Decimal(options: Common & { minimum: number; maximum: number }): PropertyDecorator {
  const { minimum, maximum } = options;
  return attribute('number', options, { expected: `a number from ${minimum} to ${maximum}`, minimum, maximum }, [
    IsNumber(),
    Min(minimum),
    Max(maximum),
  ]);
}

export function Flag(options: Common): PropertyDecorator {
  return attribute('flag', options, { expected: 'true or false' }, [IsBoolean()]);
}

/** The longest duration that is accepted anywhere: 1 year. */
export const MAX_DURATION_MS = 31_536_000_000;

/** A duration above 0 and up to a year. Integer nanoseconds become a Go duration string. */
export function Duration(options: Common & { minimumMs?: number }): PropertyDecorator {
  const minimumMs = options.minimumMs ?? 0;
  const atLeast = minimumMs > 0 ? `at least ${formatDuration(minimumMs)}` : 'above 0';
  return attribute(
    'duration',
    options,
    {
      expected: `a duration such as "10s" or "1h30m" (or whole nanoseconds), ${atLeast} and at most a year`,
      normalise: (value) =>
        typeof value === 'number' && Number.isInteger(value) ? formatDuration(parseDuration(value)) : value,
    },
    [rule('duration', (value) => isDuration(value, minimumMs))],
  );
}

function isDuration(value: unknown, minimumMs: number): boolean {
  if (typeof value !== 'string') return false;
  try {
    const ms = parseDuration(value);
    return ms > 0 && ms >= minimumMs && ms <= MAX_DURATION_MS;
  } catch {
    return false;
  }
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/;

/** An instant with its offset from UTC (RFC 3339). */
export function Time(options: Common): PropertyDecorator {
  return attribute('time', options, { expected: 'a valid time with its zone, such as "2026-12-24T18:00:00Z"' }, [
    rule('time', (value) => typeof value === 'string' && RFC_3339.test(value) && instantMs(value) !== undefined),
  ]);
}

export function Choice(
  options: Common & { values: readonly string[] } & Pick<AttributeMeta, 'normalise'>,
): PropertyDecorator {
  const { values, normalise } = options;
  return attribute(
    'choice',
    options,
    { expected: `one of ${values.join(', ')}`, values, ...(normalise ? { normalise } : {}) },
    [IsIn(values)],
  );
}

/** Maximum sizes of lists and maps: validating, showing and running all of it stays a matter of milliseconds. */
export const MAX_ITEMS = 1_000;
export const MAX_ENTRIES = 256;

/** A list of texts, none of them empty. */
export function TextList(
  options: Common & { refersTo?: AttributeMeta['refersTo']; allowEmptyItems?: boolean },
): PropertyDecorator {
  return attribute(
    'text-list',
    options,
    {
      expected: `a list of at most ${MAX_ITEMS} texts`,
      maxEntries: MAX_ITEMS,
      maxLength: MAX_TEXT,
      ...(options.refersTo ? { refersTo: options.refersTo } : {}),
    },
    [
      IsArray(),
      IsString({ each: true }),
      MaxLength(MAX_TEXT, { each: true }),
      ...(options.allowEmptyItems ? [] : [MinLength(1, { each: true })]),
    ],
  );
}

/** A map from text to text. */
export function TextMap(options: Common & { secret?: boolean }): PropertyDecorator {
  return attribute(
    'text-map',
    options,
    {
      expected: `a map from text to text, of at most ${MAX_ENTRIES} entries`,
      maxEntries: MAX_ENTRIES,
      ...(options.secret ? { secret: true } : {}),
    },
    [
      rule(
        'text-map',
        (value) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.values(value).every((item) => typeof item === 'string' && item.length <= MAX_TEXT),
      ),
    ],
  );
}

/** The monitors that something is about ({@link Matcher}). A class with one adds `matcherFaults` to its cross checks. */
export const MATCHER_EXPECTED = 'a map with at least one of name, tags, type, member-tag and status';

export function Matching(options: Common): PropertyDecorator {
  return attribute('match', options, { expected: MATCHER_EXPECTED, maxEntries: MAX_ENTRIES }, [
    rule('match', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  ]);
}

/** A list of maps, each with the attributes of a class. A class with one adds `itemFaults` to its cross checks. */
export function Items(options: Common & { of: SettingsClass; maxEntries: number }): PropertyDecorator {
  const { of, maxEntries } = options;
  return attribute('items', options, { expected: `a list of at most ${maxEntries} maps`, maxEntries, of }, [IsArray()]);
}

const MAX_STEPS = 20;

/** Additional recipients when an alarm lasts: a list of maps with `after`, a duration, and `alerter`, a list of names. */
export function Escalation(options: Common): PropertyDecorator {
  const expected = `a list of at most ${MAX_STEPS} maps, each with after (a duration) and alerter (a list of names)`;
  return attribute('escalation', options, { expected, maxEntries: MAX_STEPS, refersTo: 'alerter' }, [
    rule('escalation', (value) => Array.isArray(value) && value.every(isStep)),
  ]);
}

function isStep(step: unknown): boolean {
  if (typeof step !== 'object' || step === null || Array.isArray(step)) return false;
  const { after, alerter, ...more } = step as Record<string, unknown>;
  if (!isDuration(after, 1) || Object.keys(more).length > 0 || !Array.isArray(alerter)) return false;
  const names: unknown[] = alerter;
  return (
    names.length > 0 &&
    names.length <= MAX_ENTRIES &&
    names.every((name) => typeof name === 'string' && name.length > 0 && name.length <= MAX_TEXT)
  );
}

function rule(name: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name, validator: { validate } });
}
