import { describe, expect, it } from '@jest/globals';
import { tlsWords } from './tls-words.js';

const openssl = (reason: string, where = 'ssl3_get_record'): string =>
  `C0B8F3A2F97F0000:error:0A00010B:SSL routines:${where}:${reason}:../deps/openssl/openssl/ssl/record/ssl3_record.c:355:\n`;

describe('errors of TLS', () => {
  it.each([
    ['wrong version number', 'the target does not speak TLS (wrong version number)'],
    ['http request', 'the target does not speak TLS (http request)'],
    [
      'unsafe legacy renegotiation disabled',
      'the target does not support secure renegotiation; tls-legacy-renegotiation permits that (unsafe legacy renegotiation disabled)',
    ],
    [
      'sslv3 alert handshake failure',
      'the target accepts none of the ciphers and versions, or requires a client certificate (handshake failure)',
    ],
    [
      'tlsv1 alert protocol version',
      'the target and this monitor share no permitted version of TLS (protocol version)',
    ],
    ['tlsv13 alert certificate required', 'the target requires a client certificate (certificate required)'],
    ['tlsv1 alert unknown ca', 'the target refuses the client certificate (unknown ca)'],
    ['sslv3 alert certificate expired', 'the target refuses the client certificate (certificate expired)'],
    ['tlsv1 unrecognized name', 'the target does not know this server name (unrecognized name)'],
    ['dh key too small', 'the cryptography of the target is too weak (dh key too small)'],
    [
      'unexpected eof while reading',
      'the target closed the connection in the middle of TLS (unexpected eof while reading)',
    ],
    ['tlsv1 alert internal error', 'TLS failed: internal error'],
    ['what nobody has seen yet', 'TLS failed: what nobody has seen yet'],
  ])('%s', (reason, words) => {
    expect(tlsWords(openssl(reason))).toBe(words);
    expect(tlsWords(`write EPROTO ${openssl(reason)}`)).toBe(`write EPROTO ${words}`);
    expect(tlsWords(`error:0A00010B:SSL routines:f:${reason}`)).toBe(words);
  });

  it.each([
    ['self-signed certificate', 'self-signed certificate'],
    [
      'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'self-signed certificate',
    ],
    [
      'Client network socket disconnected before secure TLS connection was established',
      'the target closed the connection before TLS was established',
    ],
    ['read ECONNRESET', 'read ECONNRESET'],
    ['error: of something else', 'error: of something else'],
  ])('%s is %s', (message, words) => {
    expect(tlsWords(message)).toBe(words);
  });
});
