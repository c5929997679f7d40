import { describe, expect, it } from '@jest/globals';
import { MASKED, type AlerterSettings } from '@9volt/contracts';
import { maskAlerter, unmaskAlerter } from './mask-alerter.js';

const slackAlerter: AlerterSettings = {
  type: 'slack',
  description: 'team',
  options: { token: 'xoxb-canary', channel: '#alerts' },
};

describe('masking an alerter', () => {
  it('does not change the original', () => {
    expect(maskAlerter(slackAlerter)).toEqual({
      type: 'slack',
      description: 'team',
      options: { token: MASKED, channel: '#alerts' },
    });
    expect(slackAlerter.options['token']).toBe('xoxb-canary');
  });

  it('hides every option of an unknown type', () => {
    expect(
      maskAlerter({ type: 'fax', options: { number: 'canary', more: { deep: 'canary' }, list: ['canary'] } }),
    ).toEqual({
      type: 'fax',
      options: { number: MASKED, more: { deep: MASKED }, list: MASKED },
    });
  });
});

describe('unmasking an alerter', () => {
  it('is the opposite of masking', () => {
    expect(unmaskAlerter(maskAlerter(slackAlerter), slackAlerter)).toEqual({ ok: true, value: slackAlerter });
  });

  it('refuses a mask without a stored secret', () => {
    expect(unmaskAlerter(maskAlerter(slackAlerter), undefined, '/mine')).toMatchObject({
      ok: false,
      errors: [{ path: '/mine/options/token' }],
    });
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
    // If the secret is sent again, it may go anywhere; a written default is the same destination.
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
  });

  it('keeps no secret when the type changes', () => {
    expect(unmaskAlerter({ type: 'pagerduty', options: { token: MASKED } }, slackAlerter)).toMatchObject({ ok: false });
  });

  it('leaves invalid input to validation', () => {
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
