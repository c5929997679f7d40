import { describe, expect, it } from '@jest/globals';
import { attributesOf } from './attribute.js';
import { Choice, Duration, Flag, Integer, Text, TextList, TextMap, Time } from './decorators.js';
import { jsonSchemaOf } from './json-schema.js';
import { fault, validateSettings } from './validate-settings.js';
import type { FieldError } from './errors.js';

class Base {
  @Text({ doc: 'A name.', required: true })
  name!: string;

  @Duration({ doc: 'How long.', default: '1s', minimumMs: 1 })
  wait?: string;
}

class Sample extends Base {
  @Integer({ doc: 'A port.', minimum: 1, maximum: 65_535 })
  port?: number;

  @Flag({ doc: 'Whether.', default: false })
  on?: boolean;

  @Choice({ doc: 'Which.', values: ['red', 'green'] })
  colour?: string;

  @TextList({ doc: 'Some.' })
  'some-tags'?: string[];

  @TextMap({ doc: 'Headers.', secret: true })
  headers?: Record<string, string>;

  @Time({ doc: 'When.' })
  at?: string;

  @Text({ doc: 'A password.', secret: true, notEmpty: true })
  password?: string;

  crossCheck(): FieldError[] {
    return this.on === true && this.port === undefined
      ? [{ path: '/port', expected: 'a port', message: 'port: is needed when on' }]
      : [];
  }
}

const errorsOf = (raw: unknown, at = ''): FieldError[] => {
  const validated = validateSettings(Sample, raw, at);
  return validated.ok ? [] : validated.errors;
};

describe('validating settings', () => {
  it('accepts valid settings, as an instance that contains what was written and nothing else', () => {
    const raw = {
      name: 'x',
      port: 80,
      on: false,
      colour: 'red',
      'some-tags': ['a'],
      headers: { A: 'b' },
      at: '2026-12-24T18:00:00Z',
    };
    const validated = validateSettings(Sample, raw);
    expect(validated).toEqual({ ok: true, value: expect.any(Sample) });
    expect(JSON.parse(JSON.stringify(validated.ok && validated.value))).toEqual(raw);
  });

  it.each([
    ['sample-port', 'port'],
    ['http-some-tags', 'some-tags'],
  ])('suggests for %s the attribute without the prefix', (written, meant) => {
    expect(errorsOf({ name: 'x', [written]: 1 })[0]?.message).toBe(
      `unknown attribute "${written}"; did you mean "${meant}"?`,
    );
  });

  it('says that what is missing is missing, not undefined', () => {
    expect(errorsOf(undefined)[0]?.message).toMatch(/: is missing; expected a map of attributes$/);
    expect(fault('/token', undefined, 'an access token').message).toBe('token: is missing; expected an access token');
  });

  it.each(['2028-02-29T00:00:00Z', '2000-02-29t23:59:59.999z', '2026-01-31 12:00+14:00', '2026-12-31T23:59:59-12:00'])(
    'accepts the time %s',
    (at) => {
      expect(validateSettings(Sample, { name: 'x', at })).toMatchObject({ ok: true });
    },
  );

  it.each([
    [{ name: 'x'.repeat(70_000) }, /expected a non-empty text, of at most 65536 characters; it has 70000$/],
    [
      { name: 'x', 'some-tags': ['a', 'x'.repeat(70_000)] },
      /expected a list of at most 1000 texts, each of at most 65536 characters; one has 70000$/,
    ],
    [{ name: 'x', at: '2026-02-30T00:00:00Z' }, /expected a valid time with its zone, such as "2026-12-24T18:00:00Z"$/],
    [{ name: 'x', port: 65_536 }, /from 1 to 65535$/],
  ])('names the exceeded limit: %#', (raw, message) => {
    expect(validateSettings(Sample, raw)).toMatchObject({
      ok: false,
      errors: [{ message: expect.stringMatching(message) }],
    });
  });

  it.each([
    [{ name: 5 }, 'name: 5 is not valid; expected a non-empty text; put it in quotes'],
    [{ name: true }, 'name: true is not valid; expected a non-empty text; put it in quotes'],
    [{ name: 'x', password: 12_345_678 }, 'password: is not valid; expected a non-empty text; put it in quotes'],
    [
      { name: 'x', 'some-tags': ['a', 1.1, true] },
      'some-tags: ["a",1.1,true] is not valid; expected a list of at most 1000 texts; put items 2 and 3 in quotes',
    ],
    [
      { name: 'x', headers: { 'X-Id': 123, 'X-A': 'a', 'X-On': false } },
      'headers: is not valid; expected a map from text to text, of at most 256 entries; put the values of X-Id and X-On in quotes',
    ],
    [
      { name: 'x', headers: { 'X-Id': { a: 1 } } },
      'headers: is not valid; expected a map from text to text, of at most 256 entries',
    ],
    [{ name: ['a'] }, 'name: ["a"] is not valid; expected a non-empty text'],
  ])('asks for quotes where they are missing: %j', (raw, message) => {
    expect(errorsOf(raw).map((error) => error.message)).toEqual([message]);
  });

  it('names at most three that lack quotes', () => {
    const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`X-${index}`, index]));
    expect(errorsOf({ name: 'x', headers })[0]?.message).toMatch(
      /; put the values of X-0, X-1, X-2 and 197 more in quotes$/,
    );
  });

  it('turns whole nanoseconds into a duration string, and keeps a string as it is', () => {
    expect(validateSettings(Sample, { name: 'x', wait: 10_000_000_000 })).toMatchObject({ value: { wait: '10s' } });
    expect(validateSettings(Sample, { name: 'x', wait: '1d' })).toMatchObject({ value: { wait: '1d' } });
  });

  it.each([
    [{ name: '' }, '/name'],
    [{}, '/name'],
    [{ name: 5 }, '/name'],
    [{ name: null }, '/name'],
    [{ name: 'x', wait: '0s' }, '/wait'],
    [{ name: 'x', wait: '-1s' }, '/wait'],
    [{ name: 'x', wait: '2y' }, '/wait'],
    [{ name: 'x', wait: 1 }, '/wait'],
    [{ name: 'x', wait: null }, '/wait'],
    [{ name: 'x', port: 0 }, '/port'],
    [{ name: 'x', port: 65_536 }, '/port'],
    [{ name: 'x', port: '80' }, '/port'],
    [{ name: 'x', port: 1.5 }, '/port'],
    [{ name: 'x', on: 'true' }, '/on'],
    [{ name: 'x', colour: 'blue' }, '/colour'],
    [{ name: 'x', 'some-tags': 'a' }, '/some-tags'],
    [{ name: 'x', 'some-tags': [''] }, '/some-tags'],
    [{ name: 'x', 'some-tags': [1] }, '/some-tags'],
    [{ name: 'x', headers: { A: 1 } }, '/headers'],
    [{ name: 'x', headers: [] }, '/headers'],
    [{ name: 'x', at: 'tomorrow' }, '/at'],
    [{ name: 'x', at: '2026-12-24' }, '/at'],
    [{ name: 'x', at: '2026-02-30T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-02-29T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2100-02-29T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-04-31T12:00:00+02:00' }, '/at'],
    [{ name: 'x', at: '2026-11-31 00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-13-01T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-00-10T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-01-00T00:00:00Z' }, '/at'],
    [{ name: 'x', at: '2026-01-01T00:60:00Z' }, '/at'],
    [{ name: 'x', at: '2026-01-01T00:00:00+24:00' }, '/at'],
    [{ name: 'x', at: '2026-01-01T00:00:00+00:60' }, '/at'],
    [{ name: 'x', password: '' }, '/password'],
  ])('refuses %j at %s', (raw, path) => {
    expect(errorsOf(raw)).toEqual([expect.objectContaining({ path })]);
  });

  it('reports all faults together, below the pointer of the document', () => {
    expect(
      errorsOf({ prot: 80, wait: 'x' }, '/monitor/a~1b').map(({ path, suggestion }) => [path, suggestion]),
    ).toEqual([
      ['/monitor/a~1b/prot', 'port'],
      ['/monitor/a~1b/name', undefined],
      ['/monitor/a~1b/wait', undefined],
    ]);
  });

  it.each([null, undefined, 5, 'x', [], true])('refuses %j instead of a map', (raw) => {
    expect(errorsOf(raw)).toHaveLength(1);
  });

  it.each(['canary', ['canary'], 7, null])('does not repeat a document that is no map: %j', (raw) => {
    expect(JSON.stringify(errorsOf(raw))).not.toMatch(/canary|:7/);
  });

  it('does not repeat a password within an address', () => {
    const told = JSON.stringify(errorsOf({ name: 'x', at: 'https://me:canary@example.com/a' }));
    expect(told).toContain('//***@example.com/a');
    expect(told).not.toContain('canary');
  });

  it('never repeats a secret', () => {
    expect(JSON.stringify(errorsOf({ name: 'x', password: ['canary'], headers: { A: ['canary'] } }))).not.toContain(
      'canary',
    );
  });

  it('checks combinations only if each attribute is valid', () => {
    expect(errorsOf({ name: 'x', on: true })).toEqual([expect.objectContaining({ path: '/port' })]);
    expect(errorsOf({ name: '', on: true })).toEqual([expect.objectContaining({ path: '/name' })]);
  });

  it('refuses __proto__ and constructor by name, and they have no effect', () => {
    const raw: unknown = JSON.parse('{"name": "x", "__proto__": {"on": true}, "constructor": {"a": 1}}');
    expect(errorsOf(raw).map(({ value }) => value)).toEqual(['__proto__', 'constructor']);
    const nested: unknown = JSON.parse('{"name": "x", "headers": {"__proto__": "polluted"}}');
    validateSettings(Sample, nested);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the cost of validating settings', () => {
  const many = (count: number, value: unknown): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`attribute-${n}`, value]));
  /** CPU time, so that other programs on this machine do not count; the smallest of some tries. */
  const costOf = (raw: unknown): number =>
    Math.min(
      ...Array.from({ length: 3 }, () => {
        const before = process.cpuUsage();
        validateSettings(Sample, raw);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      }),
    );

  it.each<[string, (count: number) => unknown]>([
    ['unknown attributes', (count) => ({ name: 'x', ...many(count, 1) })],
    ['long names of attributes', (count) => ({ name: 'x', ['y'.repeat(count * 100)]: 1 })],
    ['entries of a map', (count) => ({ name: 'x', headers: many(count, 'v') })],
    ['entries of a list', (count) => ({ name: 'x', 'some-tags': Array.from({ length: count }, (_, n) => `t${n}`) })],
    ['wrong entries of a list', (count) => ({ name: 'x', 'some-tags': Array.from({ length: count }, () => 1) })],
    ['characters of a text', (count) => ({ name: 'x'.repeat(count * 100) })],
    ['wrong values', (count) => ({ name: 'x', at: many(count, 1) })],
  ])('grows no faster than the number of %s', (_what, rawOf) => {
    const [once, twice] = [rawOf(20_000), rawOf(40_000)];
    costOf(once);
    expect(costOf(twice)).toBeLessThan(3 * costOf(once) + 20_000);
  });

  it('names some faults, and says how many more there are', () => {
    const errors = errorsOf({ name: 'x', wait: 'soon', ...many(1_000, 1) });
    expect(errors.length).toBeLessThan(25);
    expect(errors).toContainEqual(expect.objectContaining({ path: '/wait' }));
    expect(errors.map(({ message }) => message)).toContainEqual('980 more unknown attributes');
    expect(JSON.stringify(errorsOf({ ['y'.repeat(100_000)]: 1 })).length).toBeLessThan(2_000);
  });
});

describe('what is derived from a settings class', () => {
  it('knows the attributes of base classes first', () => {
    expect([...attributesOf(Sample).keys()].slice(0, 3)).toEqual(['name', 'wait', 'port']);
    expect([...attributesOf(Base).keys()]).toEqual(['name', 'wait']);
  });

  it('is a JSON Schema', () => {
    expect(jsonSchemaOf(Sample)).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', description: 'A name.' },
        wait: { default: '1s', 'x-kind': 'duration' },
        port: { type: 'integer', minimum: 1, maximum: 65_535 },
        colour: { enum: ['red', 'green'] },
        password: { 'x-secret': true },
        headers: { 'x-secret': true, additionalProperties: { type: 'string' } },
      },
    });
  });
});
