import { describe, expect, it } from '@jest/globals';
import { LONG_SESSION_MS, SESSION_MS, Sessions } from './sessions.js';

const TOKEN = 'a-token-of-a-person';
let now = 1_790_000_000_000;
const sessionsOf = (...tokens: string[]): Sessions => new Sessions(tokens, () => now);
const begun = (stay = false, sessions = sessionsOf(TOKEN)): string =>
  sessions.begin(TOKEN, { stay, secure: false }).cookie.split(';')[0] as string;

describe('a session', () => {
  it('is a cookie that scripts and other sites cannot use', () => {
    const { cookie } = sessionsOf(TOKEN).begin(TOKEN, { stay: false, secure: false });
    expect(cookie).toMatch(/^9volt-[0-9a-f]{12}=[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    const kept = sessionsOf(TOKEN).begin(TOKEN, { stay: true, secure: true }).cookie;
    expect(kept).toMatch(/; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  });

  it.each([
    [false, SESSION_MS],
    [true, LONG_SESSION_MS],
  ])('lasts its time (stay: %s), on every node with the token and after a restart', (stay, lastsMs) => {
    const cookie = begun(stay);
    const end = now + lastsMs;
    expect(sessionsOf('another-token-16', TOKEN).of(`a=b; ${cookie}; c`)).toEqual({ expiresAt: end });
    now = end - 1;
    expect(sessionsOf(TOKEN).of(cookie)).toBeDefined();
    now = end;
    expect(sessionsOf(TOKEN).of(cookie)).toBeUndefined();
  });

  it('ends with its token', () => {
    expect(sessionsOf('another-token-16').of(begun())).toBeUndefined();
    expect(sessionsOf().of(begun())).toBeUndefined();
  });

  it('is not made up by anybody', () => {
    const [name, value = ''] = begun().split('=');
    const [body = '', mac] = value.split('.');
    const longer = Buffer.from(JSON.stringify({ exp: 9e9, id: 'x' })).toString('base64url');
    for (const forged of [
      `${longer}.${mac}`,
      `${body}.`,
      body,
      '',
      '.',
      `${body}.${mac}x`,
      `${body}x.${mac}`,
      '%%%.%%%',
    ])
      expect([forged, sessionsOf(TOKEN).of(`${name}=${forged}`)]).toEqual([forged, undefined]);
    expect(sessionsOf(TOKEN).of(undefined)).toBeUndefined();
    // A stranger's cookie of the same name does not hide it.
    expect(sessionsOf(TOKEN).of(`${name}=x; ${name}=${value}`)).toBeDefined();
  });
});
