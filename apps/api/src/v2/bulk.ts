import { DomainError, type FieldError, fault, isPlainObject, unknownName } from '@9volt/contracts';
import type { MonitorsService } from '../settings/monitors.service.js';
import { problemOf } from '../common/problem.js';
import type { ShownBulk } from './v2.dto.js';

const MAX_OPERATIONS = 1_000;
const ATTRIBUTES = ['op', 'name', 'config', 'revision'];

interface Operation {
  op: 'put' | 'patch' | 'delete';
  name: string;
  config?: unknown;
  revision?: number;
}

/** Throws unless the request is one; what is wrong in a configuration is an answer about it. */
export function readBulk(body: unknown): Operation[] {
  const raw = isPlainObject(body) ? body['operations'] : undefined;
  if (!Array.isArray(raw)) throw DomainError.invalid([fault('/operations', raw, 'a list of operations')]);
  if (raw.length > MAX_OPERATIONS) throw new DomainError('too-large', `Expected at most ${MAX_OPERATIONS} operations`);
  const errors = raw.flatMap((one: unknown, index) => faultsOf(one, `/operations/${index}`)).slice(0, 100);
  if (errors.length > 0) throw DomainError.invalid(errors);
  return raw as Operation[];
}

function faultsOf(one: unknown, at: string): FieldError[] {
  if (!isPlainObject(one)) return [fault(at, one, 'an operation')];
  const { op, name, config, revision } = one;
  return [
    ...Object.keys(one)
      .filter((key) => !ATTRIBUTES.includes(key))
      .map((key) => unknownName(`${at}/${key}`, 'attribute', key, ATTRIBUTES)),
    ...(['put', 'patch', 'delete'].includes(op as string) ? [] : [fault(`${at}/op`, op, 'put, patch or delete')]),
    ...(typeof name === 'string' ? [] : [fault(`${at}/name`, name, 'the name of a monitor')]),
    ...(op === 'delete' || isPlainObject(config) ? [] : [fault(`${at}/config`, config, 'a configuration')]),
    ...(revision === undefined || Number.isSafeInteger(revision)
      ? []
      : [fault(`${at}/revision`, revision, 'a revision')]),
  ];
}

/** One after the other: a later operation sees what an earlier one stored. A failure ends only its own operation. */
export async function runBulk(
  operations: readonly Operation[],
  monitors: MonitorsService,
  path: string,
): Promise<ShownBulk> {
  const results: ShownBulk['results'] = [];
  for (const { op, name, config, revision } of operations) {
    const expected = revision === undefined ? {} : { ifMatch: `"${revision}"` };
    try {
      const stored =
        op === 'delete' ? await monitors.remove(name, expected) : await monitors[op](name, config, expected);
      results.push({ op, name, ok: true, revision: typeof stored === 'string' ? null : stored.revision, error: null });
    } catch (error) {
      results.push({ op, name, ok: false, revision: null, error: problemOf(error, path) });
    }
  }
  const succeeded = results.filter(({ ok }) => ok).length;
  return { succeeded, failed: results.length - succeeded, results };
}
