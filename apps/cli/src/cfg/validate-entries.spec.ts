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

it('an invalid monitor is judged by what it names, too, and is there for those that depend on it', () => {
  const text = [
    'monitor:',
    '  web: {type: tcp, host: x, port: 0, interval: 10s, critical-alerter: [teem], depends-on: [ruter]}',
    '  app: {type: tcp, host: x, port: 1, interval: 10s, depends-on: [web]}',
    '  bad: {type: tcp, host: x, port: 1, interval: 10s, critical-alerter: [5], warning-alerter: nobody}',
    '  not: 5',
  ].join('\n');
  expect(faultsOf(text, ['team'])).toEqual([
    expect.stringMatching(/^a\.yaml:2: \/monitor\/web\/port: /),
    'a.yaml:2: /monitor/web/critical-alerter/0: unknown alerter "teem"; did you mean "team"?',
    expect.stringMatching(/^a\.yaml:4: \/monitor\/bad\/warning-alerter: /),
    expect.stringMatching(/^a\.yaml:4: \/monitor\/bad\/critical-alerter/),
    expect.stringMatching(/^a\.yaml:5: \/monitor\/not: /),
    expect.stringMatching(/^a\.yaml:2: \/monitor\/web\/depends-on\/0: unknown monitor "ruter"/),
  ]);
});

it('maintenance windows stand beside monitors', () => {
  const window = 'maintenance:\n  weekly:\n    match: {tags: [shop]}\n    schedule: 0 3 * * 7\n    duration: 2h\n';
  expect(faultsOf(window)).toEqual([]);
  expect(faultsOf(`${window}    mode: loud\n    match2: x\n`)).toEqual([
    expect.stringMatching(
      /^a\.yaml:7: \/maintenance\/weekly\/match2: unknown attribute "match2"; did you mean "match"/,
    ),
    expect.stringMatching(/^a\.yaml:6: \/maintenance\/weekly\/mode: .*expected one of quiet, stop/),
  ]);
  expect(faultsOf('maintenance: [a]')).toEqual([
    'a.yaml:1: /maintenance: expected a map from names to maintenance windows',
  ]);
});

it('status pages stand beside monitors', () => {
  const page = 'status-page:\n  shop:\n    title: Shop\n    groups:\n      - title: Web\n        monitors: [web]\n';
  expect(faultsOf(page)).toEqual([]);
  expect(faultsOf(`${page}      - title: Mail\n        monitor: [mail]\n`)).toEqual([
    expect.stringMatching(
      /^a\.yaml:8: \/status-page\/shop\/groups\/1\/monitor: unknown attribute "monitor"; did you mean "monitors"/,
    ),
  ]);
});

it('parents must be there and depend on nothing in a circle', () => {
  const monitor = (name: string, parent: string): string =>
    `  ${name}: {type: tcp, host: x, port: 1, interval: 10s, depends-on: [${parent}]}\n`;
  expect(
    faultsOf(`monitor:\n${monitor('web', 'ruter')}  router: {type: tcp, host: x, port: 1, interval: 10s}\n`),
  ).toEqual(['a.yaml:2: /monitor/web/depends-on/0: unknown monitor "ruter"; did you mean "router"?']);
  expect(faultsOf(`monitor:\n${monitor('a', 'b')}${monitor('b', 'a')}`)).toEqual([
    expect.stringContaining('a.yaml:2: /monitor/a/depends-on: depends-on: a -> b -> a is a circle'),
  ]);
});

it('an alerter of a report must exist and be able to send it', () => {
  const text = [
    'alerter: {mail: {type: email, options: {to: a@example.com}}, hook: {type: http, options: {url: "http://x/"}}}',
    'report:',
    '  shop: {title: Shop, schedule: 0 8 1 * *, last: 30d, alerters: [mail, hook, mial, old]}',
  ].join('\n');
  expect(faultsOf(text, ['old'])).toEqual([
    'a.yaml:3: /report/shop/alerters/1: hook is of the type http; expected an alerter of the type email',
    'a.yaml:3: /report/shop/alerters/2: unknown alerter "mial"; did you mean "mail"?',
  ]);
});
