import { byName, isPlainObject, ownOf } from '@9volt/contracts';
import { parse } from './codec.js';
import type { Entry } from './etcd.client.js';

/**
 * Validates a value. Answers it with all of its attributes, because a newer version may have added some; throws {@link NotWhole} if
 * something is missing or malformed.
 */
export type Shape<T> = (raw: unknown) => T;

/** Says where and what was expected, and nothing of the value: that may be a secret. */
export class NotWhole extends Error {
  constructor(
    readonly expected: string,
    readonly path = '',
  ) {
    super(`${path === '' ? '' : `${path}: `}expected ${expected}`);
    this.name = 'NotWhole';
  }

  within(segment: string): NotWhole {
    const shown = segment.length > 40 ? `${segment.slice(0, 37)}...` : segment;
    return new NotWhole(this.expected, this.path === '' ? shown : `${shown}.${this.path}`);
  }
}

/** Called with what is wrong with a value that was skipped entirely or in part. */
export type ReportFault = (fault: string) => void;

/** The keys of one noun, for a watch. `decode` answers undefined for a value to skip, and never throws. */
export interface Watchable<T> {
  prefix: string;
  /** The prefix is a whole key, and no other is meant. */
  exact?: boolean;
  decode: (entry: Entry, report: ReportFault) => T | undefined;
}

/** Reads the value of a key; undefined, after a call of `report`, if it is invalid. */
export function read<T>(shape: Shape<T>, value: Buffer, report: ReportFault = () => undefined): T | undefined {
  const { value: raw, fault } = parse(value);
  if (fault !== undefined) report(fault);
  else {
    try {
      return shape(raw);
    } catch (error) {
      if (!(error instanceof NotWhole)) throw error;
      report(error.message);
    }
  }
  return undefined;
}

export const text: Shape<string> = (raw) => {
  if (typeof raw !== 'string') throw new NotWhole('a text');
  return raw;
};

/** ISO 8601. */
export const instant: Shape<string> = (raw) => {
  if (typeof raw !== 'string' || raw.length > 40 || Number.isNaN(Date.parse(raw))) throw new NotWhole('an instant');
  return raw;
};

export const flag: Shape<boolean> = (raw) => {
  if (typeof raw !== 'boolean') throw new NotWhole('true or false');
  return raw;
};

/** Also a date in milliseconds. */
export const number: Shape<number> = (raw) => {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new NotWhole('a number');
  return raw;
};

/** A number of things, checks or revisions. */
export const count: Shape<number> = (raw) => {
  if (!Number.isSafeInteger(raw) || (raw as number) < 0) throw new NotWhole('a whole number of at least 0');
  return raw as number;
};

/** Milliseconds since the epoch that a date can have. */
export const epochMs: Shape<number> = (raw) => {
  if (typeof raw !== 'number' || !(Math.abs(raw) <= 8.64e15)) throw new NotWhole('milliseconds since the epoch');
  return raw;
};

export const anything: Shape<unknown> = (raw) => raw;

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return (raw) => {
    if (!(values as readonly unknown[]).includes(raw)) throw new NotWhole(`one of ${values.join(', ')}`);
    return raw as T;
  };
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (raw) => (raw === null ? null : shape(raw));
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (raw) => {
    if (!Array.isArray(raw)) throw new NotWhole('a list');
    return raw.map((one, n) => at(String(n), shape, one));
  };
}

/** A list without its invalid elements. */
export function wholeOf<T>(shape: Shape<T>): Shape<T[]> {
  return (raw) => {
    if (!Array.isArray(raw)) throw new NotWhole('a list');
    return raw.flatMap((one) => {
      try {
        return [shape(one)];
      } catch {
        return [];
      }
    });
  };
}

/** A map whose names others chose. */
export function mapOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (raw) => {
    if (!isPlainObject(raw)) throw new NotWhole('a map');
    return byName(Object.fromEntries(Object.entries(raw).map(([name, one]) => [name, at(name, shape, one)])));
  };
}

type Shapes<T> = { [Name in keyof T]-?: Shape<Exclude<T[Name], undefined>> };
type Optional<T> = { [Name in keyof T as undefined extends T[Name] ? Name : never]: T[Name] };
type Required<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] };

/** A record with all of its required attributes and only the valid optional ones; it keeps unknown attributes. */
export function record<T extends object>(
  required: Shapes<Required<T>>,
  ...[optional]: keyof Optional<T> extends never ? [] : [Shapes<Optional<T>>]
): Shape<T> {
  const wanted = Object.entries(required) as [string, Shape<unknown>][];
  const possible = Object.entries(optional ?? {}) as [string, Shape<unknown>][];
  return (raw) => {
    if (!isPlainObject(raw)) throw new NotWhole('a JSON object');
    const whole = byName(raw);
    for (const [name, shape] of wanted) whole[name] = at(name, shape, ownOf(raw, name));
    for (const [name, shape] of possible) {
      if (!Object.hasOwn(raw, name)) continue;
      const fitting = at(name, shape, ownOf(raw, name));
      if (fitting === undefined) delete whole[name];
      else whole[name] = fitting;
    }
    return whole as T;
  };
}

/** An optional attribute on which nothing relies: skipped if it is invalid. */
export function orAbsent<T>(shape: Shape<T>): Shape<T> {
  return (raw) => {
    try {
      return shape(raw);
    } catch {
      return undefined as T;
    }
  };
}

function at<T>(segment: string, shape: Shape<T>, raw: unknown): T {
  try {
    return shape(raw);
  } catch (error) {
    throw error instanceof NotWhole ? error.within(segment) : error;
  }
}
