import { expect, it } from '@jest/globals';
import type { ConfigFault } from './entry.js';
import { parseFile } from './parse-file.js';
import { newNameFaults, validateEntries } from './validate-entries.js';

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'YAML may use %s as any name and key',
  (name) => {
    const text = `
alerter:
  ${name}: { type: http, options: { url: "https://a.example.com", headers: { ${name}: x } } }
monitor:
  ${name}:
    { type: http, host: a.example.com, interval: 10s, tags: [${name}], headers: { ${name}: x }, critical-alerter: [${name}] }
`;
    const faults: ConfigFault[] = [];
    const { entries } = parseFile('a.yaml', Buffer.from(text), faults, false);
    const validated = validateEntries(entries, []);
    expect([...faults, ...validated.faults]).toEqual([]);
    expect([...validated.monitors.keys(), ...validated.alerters.keys()]).toEqual([name, name]);
    const headers = (validated.monitors.get(name) as unknown as { headers: object }).headers;
    expect(Object.entries(headers)).toEqual([[name, 'x']]);
  },
);

it('reports a new name that looks like another one, with its line', () => {
  const text = 'monitor:\n  "sh\\u200bop": { type: tcp, host: a.example.com, port: 1, interval: 10s }\n';
  const { entries } = parseFile('a.yaml', Buffer.from(text), [], false);
  expect(newNameFaults(entries, entries)).toEqual([
    expect.objectContaining({ file: 'a.yaml', line: 2, message: expect.stringContaining('U+200B') }),
  ]);
});
