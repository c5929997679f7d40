import { escapeMarkup } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import { describe, expect, it } from '@jest/globals';
import { ALERT_FIELDS, alertDocument, alertFields } from './alert-fields.js';
import { renderAlert } from './render-alert.js';
import { fillTemplate, forHeader, forJson, forUrl, templateFault } from './template.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';

const alarm = alertFields(renderAlert(sampleAlarm()));
const plain = (text: string) => text;

describe('the fields of an alert', () => {
  it('are all present, as texts', () => {
    expect(Object.keys(alarm)).toEqual([...ALERT_FIELDS]);
    expect(alarm).toMatchObject({
      title: 'CRITICAL web: status 502, expected 200',
      severity: 'critical',
      monitor: 'web',
      'monitor-type': 'http',
      attempts: '3',
      tags: 'shop, production',
      reason: '',
      test: 'false',
      link: 'https://9volt.example.com/ui/monitor/web',
    });
    expect(alertFields(renderAlert(sampleResolve()))).toMatchObject({
      severity: 'ok',
      type: 'resolve',
      reason: 'recovered',
    });
  });

  it('have their own types in a document', () => {
    expect(alertDocument(renderAlert(sampleAlarm()))).toMatchObject({
      attempts: 3,
      test: false,
      tags: ['shop', 'production'],
      fields: expect.arrayContaining([{ label: 'Found', value: 'status code 502' }]),
    });
  });

  it.each(Object.entries(HOSTILE_TEXTS))('are capped and free of control characters: %s', (_what, text) => {
    const rendered = renderAlert(hostileAlert(text));
    for (const value of someOf(Object.values(alertFields(rendered)))) {
      expect(value.length).toBeLessThanOrEqual(2_000);
      expect(value).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u);
    }
    expect(JSON.stringify(alertDocument(rendered)).length).toBeLessThan(65_536);
  });
});

describe('a template', () => {
  it.each([
    ['{{monitor}} is {{ status }}', 'web is critical'],
    ['{"a":{"b":"{{worker}}"}}', '{"a":{"b":"worker-1"}}'],
    ['{{{monitor}}}', '{web}'],
    ['{{reason}}|', '|'],
    ['{{#if monitor}} {{ }} {{a.b}}', '{{#if monitor}} {{ }} {{a.b}}'],
    ['{{constructor}} {{__proto__}}', '{{constructor}} {{__proto__}}'],
    ['$& {{monitor}} $1', '$& web $1'],
  ])('%s', (template, filled) => {
    expect(fillTemplate(template, alarm, plain)).toBe(filled);
  });

  it('fills once: a field is not a template', () => {
    const fields = alertFields(renderAlert(sampleAlarm({ message: '{{worker}} $& {{key}}' })));
    expect(fillTemplate('{{message}}', fields, plain)).toBe('{{worker}} $& {{key}}');
  });

  it('names the mistakes of a template', () => {
    expect(templateFault('{{monitor}} {{ tags }}')).toBeUndefined();
    expect(templateFault('{{montor}}')).toBe('there is no field "montor"; did you mean "monitor"?');
    expect(templateFault('{{constructor}}')).toMatch(/^there is no field "constructor"/);
  });
});

describe('escaping', () => {
  it('for JSON', () => {
    expect(forJson('a"b\\c\nd')).toBe('a\\"b\\\\c\\nd');
  });

  it.each([
    ['a b/c?d=e&f#g', 'a%20b%2Fc%3Fd%3De%26f%23g'],
    ['..', '__'],
    ['.', '_'],
    ['v1.2', 'v1.2'],
    ["it's (!*)", 'it%27s%20%28%21%2A%29'],
    ['é', '%C3%A9'],
  ])('for an address: %s', (text, escaped) => {
    expect(forUrl(text)).toBe(escaped);
  });

  it('for markup', () => {
    expect(escapeMarkup(`<a href="x" b='y'>&`)).toBe('&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;');
  });

  it('for a header: one line of bytes', () => {
    expect(forHeader('a\r\nX-Evil: 1')).toBe('a X-Evil: 1');
    expect(Buffer.from(forHeader('é 🔥'), 'latin1').toString('utf8')).toBe('é 🔥');
  });
});
