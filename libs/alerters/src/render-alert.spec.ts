import { describe, expect, it } from '@jest/globals';
import { renderAlert } from './render-alert.js';
import { testAlert } from './test-alert.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';

const fieldsOf = (...args: Parameters<typeof renderAlert>) =>
  Object.fromEntries(renderAlert(...args).fields.map(({ label, value }) => [label, value]));

describe('an alarm', () => {
  it('contains everything that is known', () => {
    const rendered = renderAlert(sampleAlarm());
    expect(rendered).toMatchObject({
      title: "HTTP check 'web' failure",
      text: 'Check has entered into critical state after 3 checks',
      severity: 'critical',
      key: '9volt/web/100.1',
      link: 'https://9volt.example.com/ui/monitor/web',
    });
    expect(fieldsOf(sampleAlarm())).toEqual({
      Monitor: 'web',
      Type: 'http',
      Target: 'GET https://shop.example.com/',
      Description: 'Home page of the shop',
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
      'Monitor',
      'Type',
      'Target',
      'Since',
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

describe('an alarm that is not the first notification', () => {
  it.each<[Parameters<typeof sampleAlarm>[0], string, string]>([
    [{ repeat: true }, "HTTP check 'web' still failing", 'Check is still in critical state'],
    [
      { escalated: true },
      "HTTP check 'web' failure",
      'Check has entered into critical state after 3 checks. It is escalated, since the incident lasts.',
    ],
    [
      { flapping: 'began' },
      "HTTP check 'web' failure",
      'Check has entered into critical state after 3 checks. It flaps: what follows is held until it stops.',
    ],
    [{ flapping: 'ended' }, "HTTP check 'web' failure", 'Check stopped flapping and is in critical state'],
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
      title: "HTTP check 'web' recovered",
      text: 'Check has recovered from critical after 3 checks. It lasted 2m5s.',
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
      title: `HTTP check 'web' closed (${reason})`,
      text: `Check was warning when ${because}; nothing is known of its recovery. It lasted 2m5s.`,
    });
  });

  it.each([
    ['2026-03-01T10:00:00.000Z', 'It lasted 0s.'],
    ['2026-03-01T10:00:00.250Z', 'It lasted 250ms.'],
    ['2026-03-01T10:00:59.700Z', 'It lasted 1m.'],
    ['2026-03-03T11:00:00.000Z', 'It lasted 49h.'],
  ])('until %s', (at, lasted) => {
    expect(renderAlert(sampleResolve({ at })).text).toContain(lasted);
  });

  it('omits a duration that a clock made impossible', () => {
    expect(renderAlert(sampleResolve({ at: '2026-03-01T09:00:00.000Z' })).text).not.toContain('lasted');
    expect(renderAlert(sampleResolve({ since: 'once' })).text).not.toContain('lasted');
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
