import { describe, expect, it } from '@jest/globals';
import { MASKED } from './alerter.js';
import { maskSettings, unmaskSettings } from './mask-settings.js';
import { Text, TextMap } from './settings/decorators.js';

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

describe('masking', () => {
  it('hides secrets, each value of a map, and nothing else', () => {
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

  it('hides a secret of the wrong kind', () => {
    expect(JSON.stringify(maskSettings(Probe, { password: ['canary'], headers: 'canary' }))).not.toContain('canary');
  });
});

describe('unmasking', () => {
  const stored = { url: 'http://a', password: 'canary', headers: { a: 'canary-a', b: 'canary-b' } };

  it('is the opposite of masking', () => {
    expect(unmaskSettings(Probe, maskSettings(Probe, stored), stored)).toEqual({ ok: true, value: stored });
  });

  it('keeps a masked secret, takes a new one, drops a missing one', () => {
    expect(
      unmaskSettings(Probe, { url: 'http://b', password: 'new', headers: { a: MASKED, c: 'new' } }, stored),
    ).toEqual({
      ok: true,
      value: { url: 'http://b', password: 'new', headers: { a: 'canary-a', c: 'new' } },
    });
  });

  it('refuses a mask without a stored secret', () => {
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
  });

  it('treats a mask in an ordinary attribute as a text', () => {
    expect(unmaskSettings(Probe, { url: MASKED }, stored)).toEqual({ ok: true, value: { url: MASKED } });
  });

  it('does not send a stored secret to another destination', () => {
    expect(
      unmaskSettings(Probe, { password: MASKED, method: 'GET', url: 'http://a' }, stored, {
        destination: ['url', 'method'],
      }).ok,
    ).toBe(true);
    expect(unmaskSettings(Probe, { password: MASKED }, stored, { destination: ['url'] }).ok).toBe(false);
  });
});
