import { expect, it } from '@jest/globals';
import { describeFault, type ConfigFault } from './entry.js';
import { parseFile } from './parse-file.js';
import { newNameFaults, validateEntries } from './validate-entries.js';

function faultsOf(text: string, storedAlerters: string[] = []): string[] {
  const faults: ConfigFault[] = [];
  const { entries } = parseFile('a.yaml', Buffer.from(text), faults);
  faults.push(...validateEntries(entries, storedAlerters).faults, ...newNameFaults(entries, entries));
  return faults.map(describeFault);
}

it('one mistake is one fault: a misspelt attribute is not reported as missing, too', () => {
  expect(faultsOf('monitor:\n  web:\n    type: tcp\n    host: x\n    port: 1\n    intervall: 10s\n')).toEqual([
    'a.yaml:6: /monitor/web/intervall: unknown attribute "intervall"; did you mean "interval"?',
  ]);
});

it('a misspelt attribute beside a wrong one are two', () => {
  const text = 'monitor:\n  web:\n    type: tcp\n    host: x\n    port: 1\n    intervall: 10s\n    interval: soon\n';
  expect(faultsOf(text)).toEqual([
    expect.stringMatching(/^a\.yaml:6: \/monitor\/web\/intervall: /),
    expect.stringMatching(/^a\.yaml:7: \/monitor\/web\/interval: /),
  ]);
});

it('reports all faults in one round', () => {
  const text = [
    'monitor:',
    '  web: {type: tcp, host: x, port: 1, interval: 10s, critical-alerter: [team]}',
    '  db: {type: tcp, host: x, port: 0, interval: 10s}',
    '  "a\u200b": {type: tcp, host: x, port: 1, interval: 10s}',
  ].join('\n');
  expect(faultsOf(text, ['teams']).map((fault) => fault.slice(0, 9))).toEqual(['a.yaml:2:', 'a.yaml:3:', 'a.yaml:4:']);
});
