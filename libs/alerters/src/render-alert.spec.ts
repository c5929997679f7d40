import { describe, expect, it } from '@jest/globals';
import type { AlertGroup } from '@9volt/contracts';
import { renderAlert } from './render-alert.js';
import { testAlert } from './test-alert.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';

const fieldsOf = (...args: Parameters<typeof renderAlert>) =>
  Object.fromEntries(renderAlert(...args).fields.map(({ label, value }) => [label, value]));

describe('an alarm', () => {
  it('contains everything that is known', () => {
    const rendered = renderAlert(sampleAlarm());
    expect(rendered).toMatchObject({
      title: 'CRITICAL web: status 502, expected 200',
      text: 'Check has entered into critical state after 3 checks',
      severity: 'critical',
      key: '9volt/web/100.1',
      link: 'https://9volt.example.com/ui/monitor/web',
    });
    expect(fieldsOf(sampleAlarm())).toEqual({
      Description: 'Home page of the shop',
      Monitor: 'web',
      Type: 'http',
      Target: 'GET https://shop.example.com/',
      Age: '20 s',
      Error: "Received status code '502' does not match expected status code '200'",
      Expected: 'status code 200',
      Found: 'status code 502',
      Since: '2026-03-01T10:00:00.000Z',
      Attempts: '3',
      Thresholds: 'warning 1, critical 3',
      Tags: 'shop, production',
      Worker: 'worker-1',
      Link: 'https://9volt.example.com/ui/monitor/web',
    });
  });

  it('omits what is unknown', () => {
    const bare = sampleAlarm({ tags: [], message: 'N/A' });
    for (const name of ['description', 'expected', 'found', 'link'] as const) delete bare[name];
    expect(Object.keys(fieldsOf(bare))).toEqual([
      'Since',
      'Age',
      'Monitor',
      'Type',
      'Target',
      'Attempts',
      'Thresholds',
      'Worker',
    ]);
    expect(renderAlert(bare)).not.toHaveProperty('link');
  });

  it.each([
    [1, 'Check has entered into warning state after 1 check'],
    [2, 'Check has entered into warning state after 2 checks'],
  ])('counts %i', (attempts, text) => {
    expect(renderAlert(sampleAlarm({ type: 'warning', attempts })).text).toBe(text);
  });

  it.each([
    [0, 0, 'critical 1'],
    [2, 0, 'warning 2'],
    [0, 5, 'critical 5'],
  ])('describes the thresholds %i and %i', (warningThreshold, criticalThreshold, told) => {
    expect(fieldsOf(sampleAlarm({ warningThreshold, criticalThreshold }))['Thresholds']).toBe(told);
  });
});

describe('the first line says how bad it is, and why', () => {
  it.each<[Parameters<typeof sampleAlarm>[0], string]>([
    [
      { monitor: 'payments', message: "Received status code '500' does not match expected status code '200'" },
      'CRITICAL payments: status 500, expected 200',
    ],
    [
      { message: "Ran into error while performing 'GET' request: timed out after 2s while waiting for the response" },
      'CRITICAL web: timed out after 2s while waiting for the response',
    ],
    [
      { message: 'Unable to open connection to db:5432: connection refused (ECONNREFUSED 192.0.2.1:5432)' },
      'CRITICAL web: Unable to open connection to db:5432: connection refused',
    ],
    [{ message: 'Output (of EU (EX) 5)' }, 'CRITICAL web: Output (of EU (EX) 5)'],
    [{ type: 'warning', message: 'Disk is 91 % full' }, 'WARNING web: Disk is 91 % full'],
    [{ type: 'unknown', message: 'timed out' }, 'UNKNOWN web: timed out'],
    [{ message: 'N/A' }, 'CRITICAL web'],
    [{ message: 'a\nb' }, 'CRITICAL web: a b'],
    [{ repeat: true, at: '2026-03-01T12:00:00.000Z', message: 'down' }, 'CRITICAL web for 2 h: down'],
    [{ escalated: true, message: 'down' }, 'CRITICAL web: down'],
  ])('%j', (more, title) => {
    expect(renderAlert(sampleAlarm(more)).title).toBe(title);
  });

  it.each<[Parameters<typeof sampleResolve>[0], string, string]>([
    [{ monitor: 'payments', at: '2026-03-01T10:03:00.000Z' }, 'OK payments after 3 min (status 502)', 'ok'],
    [{ message: 'x'.repeat(200) }, `OK web after 2 min (${'x'.repeat(79)}…)`, 'ok'],
    [{ message: 'N/A' }, 'OK web after 2 min', 'ok'],
    [{ reason: 'disabled', message: 'down' }, 'CLOSED web: its monitor was disabled after 2 min (down)', 'closed'],
  ])('%j', (more, title, severity) => {
    expect(renderAlert(sampleResolve(more))).toMatchObject({ title, severity });
  });

  it('then come description, link and age, and the thresholds and the worker last', () => {
    const labels = renderAlert(sampleAlarm()).fields.map(({ label }) => label);
    expect(labels.slice(0, 4)).toEqual(['Description', 'Link', 'Since', 'Age']);
    expect(labels.slice(-2)).toEqual(['Thresholds', 'Worker']);
  });

  it.each<[Partial<AlertGroup>, string, string]>([
    [{ alarms: 3, by: 'tag shop' }, 'CRITICAL 3 checks fail (tag shop): db: status 500, expected 200', 'critical'],
    [{ alarms: 2, resolves: 1 }, 'CRITICAL 2 checks fail, 1 check recovered: db: status 500, expected 200', 'critical'],
    [{ resolves: 2 }, 'OK 2 checks recovered', 'ok'],
    [{ resolves: 2, closed: 1 }, 'OK 2 checks recovered or closed', 'ok'],
    [{ resolves: 2, closed: 2 }, 'CLOSED 2 checks closed', 'closed'],
  ])('of a group: %j', (counts, title, severity) => {
    const whole: AlertGroup = {
      by: '',
      alarms: 0,
      resolves: 0,
      shown: [
        {
          monitor: 'db',
          type: 'critical',
          message: sampleAlarm().message.replace('502', '500'),
          since: sampleAlarm().since,
        },
        { monitor: 'old', type: 'resolve', reason: 'removed', message: 'down', since: sampleAlarm().since },
      ],
      ...counts,
    };
    const alert = whole.alarms > 0 ? sampleAlarm({ group: whole }) : sampleResolve({ group: whole });
    const rendered = renderAlert(alert);
    expect(rendered).toMatchObject({ title, severity });
    expect(rendered.text.split('\n').slice(0, 2)).toEqual([
      'CRITICAL db: status 500, expected 200 (since 2026-03-01T10:00:00.000Z)',
      'CLOSED old: its monitor was removed (down) (since 2026-03-01T10:00:00.000Z)',
    ]);
  });
});

describe('an alarm that is not the first notification', () => {
  it.each<[Parameters<typeof sampleAlarm>[0], string, string]>([
    [
      { repeat: true },
      'CRITICAL web for 20 s: status 502, expected 200',
      'Check is still in critical state after 3 failed checks in 20 s',
    ],
    [
      { escalated: true },
      'CRITICAL web: status 502, expected 200',
      'Check has entered into critical state after 3 checks. It is escalated, since the incident lasts.',
    ],
    [
      { flapping: 'began' },
      'CRITICAL web: status 502, expected 200',
      'Check has entered into critical state after 3 checks. It flaps: what follows is held until it stops.',
    ],
    [
      { flapping: 'ended' },
      'CRITICAL web: status 502, expected 200',
      'Check stopped flapping and is in critical state',
    ],
  ])('%j', (more, title, text) => {
    expect(renderAlert(sampleAlarm(more))).toMatchObject({ title, text });
  });

  it('says what held it back', () => {
    expect(fieldsOf(sampleAlarm({ afterHold: 'The silence s1 ended.' }))).toMatchObject({
      'Held before': 'The silence s1 ended.',
    });
  });
});

describe('a resolve', () => {
  it('is not titled as a failure, and says how long it lasted', () => {
    expect(renderAlert(sampleResolve())).toMatchObject({
      title: 'OK web after 2 min (status 502)',
      text: 'Check has recovered from critical after 3 failed checks in 2 min.',
      severity: 'ok',
    });
    expect(fieldsOf(sampleResolve())).toHaveProperty('Last error');
  });

  it.each([
    ['removed', 'its monitor was removed'],
    ['disabled', 'its monitor was disabled'],
    ['changed', 'the type or target of its monitor was changed'],
  ] as const)('that closes because of %s does not claim recovery', (reason, because) => {
    expect(renderAlert(sampleResolve({ reason, worst: 'warning' }))).toMatchObject({
      title: `CLOSED web: ${because} after 2 min (status 502)`,
      text: `Check was warning when ${because}; nothing is known of its recovery. It lasted 2 min.`,
      severity: 'closed',
    });
  });

  it.each([
    ['2026-03-01T10:00:00.000Z', '0 ms'],
    ['2026-03-01T10:00:00.250Z', '250 ms'],
    ['2026-03-01T10:00:59.700Z', '59 s'],
    ['2026-03-01T11:00:00.000Z', '1 h'],
    ['2026-03-01T12:05:59.000Z', '2 h 5 min'],
    ['2026-03-03T11:00:00.000Z', '2 d 1 h'],
  ])('until %s', (at, lasted) => {
    expect(renderAlert(sampleResolve({ at }))).toMatchObject({
      title: `OK web after ${lasted} (status 502)`,
      text: `Check has recovered from critical after 3 failed checks in ${lasted}.`,
    });
  });

  it('omits a duration that a clock made impossible', () => {
    for (const wrong of [{ at: '2026-03-01T09:00:00.000Z' }, { since: 'once' }]) {
      expect(renderAlert(sampleResolve(wrong))).toMatchObject({
        title: 'OK web (status 502)',
        text: 'Check has recovered from critical after 3 failed checks.',
      });
      expect(fieldsOf(sampleResolve(wrong))).not.toHaveProperty('Lasted');
    }
  });
});

describe('a test', () => {
  it('is about the alerter', () => {
    const rendered = renderAlert(testAlert('team-slack', 'worker-1', '2026-03-01T10:00:00.000Z'));
    expect(rendered).toMatchObject({ title: 'Test notification from 9volt', severity: 'info' });
    expect(rendered.fields.map(({ label }) => label)).toEqual(['Alerter', 'Worker', 'Sent']);
    expect(rendered.key).not.toBe(testAlert('team-slack', 'worker-1', '2026-03-01T10:00:01.000Z').key);
  });
});

describe('hostile texts', () => {
  it.each(Object.entries(HOSTILE_TEXTS))('%s are short, on one line if necessary, and valid', (_what, hostile) => {
    const { title, text, fields, ...rest } = renderAlert(hostileAlert(hostile));
    const inOneLine = ['Monitor', 'Type', 'Target', 'Since', 'Tags', 'Worker'];
    for (const line of [
      title,
      text,
      ...fields.filter(({ label }) => inOneLine.includes(label)).map(({ value }) => value),
    ]) {
      expect(line).not.toMatch(/[\r\n\u2028]/);
    }
    for (const shown of [title, text, ...fields.map(({ value }) => value)]) {
      expect(shown.length).toBeLessThanOrEqual(2_000);
      expect(shown).not.toMatch(/[\u0000-\u0008\u001b\u202e]|\p{Surrogate}/u);
    }
    expect(rest).not.toHaveProperty('link');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'nope', `https://example.com/${'x'.repeat(2_000)}`])(
    '%s is no link',
    (link) => {
      expect(renderAlert(sampleAlarm({ link }))).not.toHaveProperty('link');
      expect(fieldsOf(sampleAlarm({ link }))).not.toHaveProperty('Link');
    },
  );
});
