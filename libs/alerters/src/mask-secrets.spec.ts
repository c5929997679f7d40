import { describe, expect, it } from '@jest/globals';
import { MASKED, Text, TextMap, type AlerterSettings } from '@9volt/contracts';
import { maskAlerter, maskSettings, unmaskAlerter, unmaskSettings } from './mask-secrets.js';

class Probe {
  @Text({ doc: 'Where.' })
  url?: string;

  @Text({ doc: 'How.', default: 'GET' })
  method?: string;

  @Text({ doc: 'Key.', secret: true })
  password?: string;

  @TextMap({ doc: 'Headers.', secret: true })
  headers?: Record<string, string>;
}

const slackAlerter: AlerterSettings = {
  type: 'slack',
  description: 'team',
  options: { token: 'xoxb-canary', channel: '#alerts' },
};

describe('masking', () => {
  it('hides secrets, of a map each value, and nothing else', () => {
    expect(
      maskSettings(Probe, { url: 'http://a', password: 'canary', headers: { Authorization: 'canary', Accept: 'x' } }),
    ).toEqual({
      url: 'http://a',
      password: MASKED,
      headers: { Authorization: MASKED, Accept: MASKED },
    });
  });

  it('shows where a secret comes from', () => {
    expect(
      maskSettings(Probe, { password: '${env:KEY}', headers: { a: '${file:/run/secrets/a}', b: 'x${env:KEY}' } }),
    ).toEqual({
      password: '${env:KEY}',
      headers: { a: '${file:/run/secrets/a}', b: MASKED },
    });
  });

  it('leaves the original as it was', () => {
    expect(maskAlerter(slackAlerter)).toEqual({
      type: 'slack',
      description: 'team',
      options: { token: MASKED, channel: '#alerts' },
    });
    expect(slackAlerter.options['token']).toBe('xoxb-canary');
  });

  it('hides every option of a type that it does not know, and of a secret of the wrong kind', () => {
    expect(
      maskAlerter({ type: 'fax', options: { number: 'canary', more: { deep: 'canary' }, list: ['canary'] } }),
    ).toEqual({
      type: 'fax',
      options: { number: MASKED, more: { deep: MASKED }, list: MASKED },
    });
    expect(JSON.stringify(maskSettings(Probe, { password: ['canary'], headers: 'canary' }))).not.toContain('canary');
  });
});

describe('unmasking', () => {
  const stored = { url: 'http://a', password: 'canary', headers: { a: 'canary-a', b: 'canary-b' } };

  it('is the opposite of masking', () => {
    expect(unmaskSettings(Probe, maskSettings(Probe, stored), stored)).toEqual({ ok: true, value: stored });
    expect(unmaskAlerter(maskAlerter(slackAlerter), slackAlerter)).toEqual({ ok: true, value: slackAlerter });
  });

  it('keeps what is masked, takes what is new, drops what is gone', () => {
    expect(
      unmaskSettings(Probe, { url: 'http://b', password: 'new', headers: { a: MASKED, c: 'new' } }, stored),
    ).toEqual({
      ok: true,
      value: { url: 'http://b', password: 'new', headers: { a: 'canary-a', c: 'new' } },
    });
  });

  it('refuses a mask with nothing behind it', () => {
    const result = unmaskSettings(
      Probe,
      { password: MASKED, headers: { new: MASKED, constructor: MASKED } },
      { headers: { a: 'canary' } },
      { at: '/monitors/x' },
    );
    expect(result).toMatchObject({
      ok: false,
      errors: [
        { path: '/monitors/x/password' },
        { path: '/monitors/x/headers/new' },
        { path: '/monitors/x/headers/constructor' },
      ],
    });
    expect(unmaskAlerter(maskAlerter(slackAlerter), undefined, '/mine')).toMatchObject({
      ok: false,
      errors: [{ path: '/mine/options/token' }],
    });
  });

  it('takes a mask in what is no secret for a text', () => {
    expect(unmaskSettings(Probe, { url: MASKED }, stored)).toEqual({ ok: true, value: { url: MASKED } });
  });

  it('does not send a stored secret to another destination', () => {
    const elsewhere = {
      ...maskAlerter(slackAlerter),
      options: { token: MASKED, channel: '#alerts', 'api-url': 'https://evil.example/api' },
    };
    const result = unmaskAlerter(elsewhere, slackAlerter);
    expect(result).toMatchObject({
      ok: false,
      errors: [{ path: '/options/token', message: expect.stringContaining('api-url') }],
    });
    expect(JSON.stringify(result)).not.toContain('canary');
    // Said again, it may go anywhere; and the default written down is the same destination.
    expect(
      unmaskAlerter({ type: 'slack', options: { ...elsewhere.options, token: 'xoxb-new' } }, slackAlerter).ok,
    ).toBe(true);
    expect(
      unmaskAlerter(
        { type: 'slack', options: { token: MASKED, channel: '#x', 'api-url': 'https://slack.com/api' } },
        slackAlerter,
      ),
    ).toEqual({
      ok: true,
      value: { type: 'slack', options: { token: 'xoxb-canary', channel: '#x', 'api-url': 'https://slack.com/api' } },
    });
    expect(
      unmaskSettings(Probe, { password: MASKED, method: 'GET', url: 'http://a' }, stored, {
        destination: ['url', 'method'],
      }).ok,
    ).toBe(true);
    expect(unmaskSettings(Probe, { password: MASKED }, stored, { destination: ['url'] }).ok).toBe(false);
  });

  it('keeps no secret from one type to another', () => {
    expect(unmaskAlerter({ type: 'pagerduty', options: { token: MASKED } }, slackAlerter)).toMatchObject({ ok: false });
  });

  it('leaves nonsense to validation', () => {
    for (const nonsense of [
      null,
      [],
      'x',
      { type: 'fax', options: { a: MASKED } },
      { type: 'slack' },
      { type: 'slack', options: 5 },
    ]) {
      expect(unmaskAlerter(nonsense, slackAlerter)).toEqual({ ok: true, value: nonsense });
    }
  });

  it('is not fooled by __proto__', () => {
    const incoming = JSON.parse(
      `{"type":"slack","options":{"__proto__":{"polluted":1},"token":"${MASKED}","channel":"#a"}}`,
    ) as unknown;
    expect(unmaskAlerter(incoming, slackAlerter).ok).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
