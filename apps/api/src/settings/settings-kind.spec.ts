import { describe, expect, it } from '@jest/globals';
import { MASKED } from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import { attributesOf } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import { monitorKind } from './settings-kind.js';

type Raw = Record<string, unknown>;
const edit = (before: Raw, change: Raw): ReturnType<typeof monitorKind.unmask> =>
  monitorKind.unmask({ ...monitorKind.mask(before as never), ...change }, before as never, '');

const HTTP: Raw = {
  type: 'http',
  interval: '1m',
  host: 'shop.example.com',
  ssl: true,
  username: 'me',
  headers: { Authorization: 'canary', 'X-Other': 'canary too' },
  password: 'canary',
};
const SQL: Raw = { type: 'sql', interval: '1m', driver: 'postgres', host: 'db', username: 'me', password: 'canary', query: 'SELECT 1' }; // prettier-ignore

describe('a masked secret of a monitor', () => {
  it.each<[string, Raw, Raw]>([
    ['the host', HTTP, { host: 'evil.example.com' }],
    ['the port', HTTP, { port: 8443 }],
    ['encryption', HTTP, { ssl: false }],
    ['the way', HTTP, { proxy: 'http://evil.example.com:3128' }],
    ['a new Host header', HTTP, { headers: { Authorization: MASKED, Host: 'evil.example.com' } }],
    ['a new host header in lower case', HTTP, { headers: { Authorization: MASKED, host: 'evil.example.com' } }],
    ['another Host header', { ...HTTP, headers: { Host: 'a', X: 'canary' } }, { headers: { Host: 'b', X: MASKED } }],
    ['no Host header any more', { ...HTTP, headers: { Host: 'a', X: 'canary' } }, { headers: { X: MASKED } }],
    ['no verification', HTTP, { 'tls-skip-verify': true }],
    ['another authority', HTTP, { 'tls-ca': '-----BEGIN CERTIFICATE-----' }],
    ['another name of the server', HTTP, { 'tls-server-name': 'evil.example.com' }],
    ['an older TLS', HTTP, { 'tls-min-version': '1.0' }],
    ['another account', HTTP, { username: 'you' }],
    ['the host of a database', SQL, { host: 'evil' }],
    ['a database without TLS', { ...SQL, ssl: true }, { ssl: false }],
    ['a database that is not verified', { ...SQL, ssl: true }, { 'tls-skip-verify': true }],
    // Quarantined: the interval is invalid.
    ['the host of a quarantined one', { ...HTTP, interval: 'soon' }, { host: 'evil.example.com', interval: '1m' }],
    ['the Host header of a quarantined one', { ...HTTP, interval: 'soon' }, { headers: { Authorization: MASKED, Host: 'evil.example.com' } }], // prettier-ignore
  ])('does not follow %s', (_, before, change) => {
    const edited = edit(before, change);
    expect(edited.ok).toBe(false);
    expect(JSON.stringify(edited)).toContain('enter it again');
    expect(JSON.stringify(edited)).not.toContain('canary');
  });

  it.each<[string, Raw, Raw]>([
    ['thresholds and texts', HTTP, { interval: '5m', description: 'the shop', expect: 'ok' }],
    ['a default that is spelled out', HTTP, { 'tls-skip-verify': false }],
    ['another header', HTTP, { headers: { Authorization: MASKED, 'X-New': 'new' } }],
    ['the fault of a quarantined one', { ...HTTP, interval: 'soon' }, { interval: '1m' }],
    ['the limits of a query', SQL, { timeout: '3s' }],
  ])('stays with %s', (_, before, change) => {
    const edited = edit(before, change);
    expect(edited).toMatchObject({ ok: true });
    expect(JSON.stringify(edited)).toContain('canary');
    expect(JSON.stringify(edited)).not.toContain(MASKED);
  });

  it('is guarded by the attributes of its type: all of TLS but the secret key and the expiry', () => {
    for (const { type, settings, destination } of someOf(monitorTypes.values())) {
      const attributes = attributesOf(settings);
      for (const name of destination)
        expect({ type, name, known: attributes.has(name) }).toMatchObject({ known: true });
      const secret = [...attributes.values()].some((meta) => meta.secret);
      const guards = [...attributes.keys()].filter((name) => /^tls-(?!client-key|expiry)/.test(name));
      if (secret) expect({ type, guards: guards.filter((name) => !destination.includes(name as never)) }).toEqual({ type, guards: [] }); // prettier-ignore
    }
  });
});
