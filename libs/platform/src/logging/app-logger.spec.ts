import { expect, test } from '@jest/globals';
import { AppLogger } from './app-logger.js';
import { MAX_ENTRIES, MAX_TEXT } from './bounded.js';
import { ErrorLog } from './error-log.js';

const LONG = 'x'.repeat(5_000);
const SHORTENED = `${'x'.repeat(MAX_TEXT)}… (5000 characters)`;

function logged(tell: (logger: AppLogger) => void): Record<string, unknown> {
  const lines: string[] = [];
  tell(AppLogger.create({ debug: true, name: 'w1', destination: { write: (line) => void lines.push(line) } }));
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

test.each(['debug', 'info', 'warn', 'error'] as const)('a line of %s tells the beginning of a long text', (level) => {
  const line = logged((log) => log.child('x')[level](LONG, { key: LONG, list: [LONG], map: { [LONG]: LONG }, n: 1 }));
  expect(line).toMatchObject({ level, msg: SHORTENED, key: SHORTENED, list: [SHORTENED], n: 1 });
  expect(line['map']).toEqual({ [SHORTENED]: SHORTENED });
});

test('what Nest logs is shortened too', () => {
  expect(logged((log) => log.forNest().error(LONG, LONG))).toMatchObject({ msg: SHORTENED, detail: [SHORTENED] });
});

test('a line contains the beginning of a long list, and of a deep value', () => {
  const line = logged((log) =>
    log.child('x').info('m', { list: Array(5_000).fill(1), deep: { a: { b: { c: [1] } } } }),
  );
  expect(line['list']).toHaveLength(MAX_ENTRIES);
  expect(line['deep']).toEqual({ a: { b: 'a map' } });
});

test('an error that is kept for /status/errors is shortened', () => {
  const errors = new ErrorLog();
  errors.add({ timestamp: '', type: 'error', message: LONG, monitor: LONG });
  expect(errors.list()).toEqual([{ timestamp: '', type: 'error', message: SHORTENED, monitor: SHORTENED }]);
});
