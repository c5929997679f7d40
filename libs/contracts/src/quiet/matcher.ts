import type { AlarmStatus } from '../monitor-state.js';
import { globMatches } from './glob.js';
import { MATCHER_EXPECTED } from '../settings/decorators.js';
import type { FieldError } from '../settings/errors.js';
import { fault, isPlainObject, noMapFault, pointer, unknownName } from '../settings/validate-settings.js';

/** The monitors of a silence or a maintenance window. A monitor must meet all conditions. */
export interface Matcher {
  /** A name, or a glob in which `*` stands for any characters and `?` for one. */
  name?: string;
  /** The monitor has all of them. */
  tags?: string[];
  /** The type of the monitor. */
  type?: string;
  /** The `member-tag` of the monitor. */
  'member-tag'?: string;
  /** The present status is one of them. */
  status?: AlarmStatus[];
}

/** What a matcher looks at. */
export interface Subject {
  name: string;
  type: string;
  tags?: readonly string[] | undefined;
  'member-tag'?: string | undefined;
  /** Without one, a matcher that names statuses does not match. */
  status?: string | undefined;
}

const ALARM_STATUSES: readonly AlarmStatus[] = ['warning', 'critical', 'unknown'];
const MAX_TEXT = 400;
const MAX_TAGS = 50;

export function matches(matcher: Matcher, subject: Subject): boolean {
  const { name, tags, type } = matcher;
  if (name !== undefined && !globMatches(name, subject.name)) return false;
  if (type !== undefined && type !== subject.type) return false;
  if (matcher['member-tag'] !== undefined && matcher['member-tag'] !== subject['member-tag']) return false;
  if (tags !== undefined && !tags.every((tag) => subject.tags?.includes(tag))) return false;
  return isAboutStatus(matcher, subject.status);
}

/** Whether a matcher fits a status, whatever else it names. */
export function isAboutStatus({ status }: Matcher, present: string | undefined): boolean {
  return status === undefined || (status as readonly (string | undefined)[]).includes(present);
}

/** Whether it has no condition that a monitor could fail: such a silence needs `force`. */
export function matchesEverything({ name, tags, type, status, ...rest }: Matcher): boolean {
  const anyName = name === undefined || /^\*+$/.test(name);
  const anyStatus = status === undefined || ALARM_STATUSES.every((one) => status.includes(one));
  return anyName && anyStatus && (tags ?? []).length === 0 && type === undefined && rest['member-tag'] === undefined;
}

const TEXTS = ['name', 'type', 'member-tag'] as const;
const ATTRIBUTES: readonly string[] = [...TEXTS, 'tags', 'status'];

/** The faults of a matcher that a person wrote at `path`. */
export function matcherFaults(raw: unknown, path: string): FieldError[] {
  if (!isPlainObject(raw)) return [noMapFault(path, raw, MATCHER_EXPECTED)];
  const unknown = Object.keys(raw).filter((key) => !ATTRIBUTES.includes(key));
  const faults = unknown
    .slice(0, 10)
    .map((key) => unknownName(`${path}/${pointer(key)}`, 'condition', key, ATTRIBUTES));
  for (const key of TEXTS) {
    if (Object.hasOwn(raw, key) && !isShortText(raw[key])) {
      faults.push(fault(`${path}/${key}`, raw[key], `a text of 1 to ${MAX_TEXT} characters`));
    }
  }
  if (Object.hasOwn(raw, 'tags') && !isListOf(raw['tags'], MAX_TAGS, isShortText)) {
    faults.push(fault(`${path}/tags`, raw['tags'], `a list of 1 to ${MAX_TAGS} texts`));
  }
  if (Object.hasOwn(raw, 'status') && !isListOf(raw['status'], ALARM_STATUSES.length, isAlarmStatus)) {
    faults.push(fault(`${path}/status`, raw['status'], `a list of ${ALARM_STATUSES.join(', ')}`));
  }
  if (Object.keys(raw).length === 0) {
    faults.push({ path, expected: MATCHER_EXPECTED, message: `match: is empty; expected ${MATCHER_EXPECTED}` });
  }
  return faults;
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
}

function isAlarmStatus(value: unknown): boolean {
  return (ALARM_STATUSES as readonly unknown[]).includes(value);
}

function isListOf(value: unknown, most: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= most && value.every(isItem);
}
