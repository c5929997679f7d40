/** OpenSSL's reasons, in words for an operator. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/wrong version number|packet length too long|http request|record overflow/, 'the target does not speak TLS'],
  [
    /unsafe legacy renegotiation/,
    'the target does not support secure renegotiation; tls-legacy-renegotiation permits that',
  ],
  [/unsupported protocol|alert protocol version/, 'the target and this monitor share no permitted version of TLS'],
  [/certificate required/, 'the target requires a client certificate'],
  [
    /alert (?:bad certificate|certificate|unknown ca|unsupported certificate|access denied)/,
    'the target refuses the client certificate',
  ],
  [/unrecognized name/, 'the target does not know this server name'],
  [/alert handshake failure/, 'the target accepts none of the ciphers and versions, or requires a client certificate'],
  [/alert no application protocol/, 'the target speaks none of the offered protocols'],
  [
    /dh key too small|ee key too small|ca key too small|ca md too weak|bad signature|wrong signature type/,
    'the cryptography of the target is too weak',
  ],
  [/no shared cipher|no ciphers available/, 'both sides share no cipher'],
  [/unexpected eof/, 'the target closed the connection in the middle of TLS'],
  [/key values mismatch/, 'the key does not belong to the certificate'],
  [/no start line|bad base64|wrong tag|asn1|not enough data/, 'a certificate or a key is not valid PEM'],
];

const OPENSSL = /(?:\b[0-9A-F]{8,}:)?error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]*)(?::[^:\s]*:\d+:[^\n]*)?\n?/gi;

/**
 * An error of TLS without details for programmers: memory addresses, functions and files of OpenSSL. Other texts stay as they are.
 */
export function tlsWords(message: string): string {
  if (message.startsWith('Client network socket disconnected before secure TLS')) {
    return 'the target closed the connection before TLS was established';
  }
  return message
    .replace(OPENSSL, (_, reason: string) => inWords(reason))
    .replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, '');
}

function inWords(reason: string): string {
  const bare = reason.replace(/^(?:sslv3|tlsv1|tlsv13) (?:alert )?/, '').trim();
  const [, words] = REASONS.find(([pattern]) => pattern.test(reason)) ?? [];
  return words === undefined ? `TLS failed: ${bare}` : `${words} (${bare})`;
}
