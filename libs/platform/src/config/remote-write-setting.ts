import type { SettingReader } from './setting-reader.js';

/** A receiver of Prometheus remote write. */
export interface RemoteWriteSettings {
  url: string;
  /** With the credentials. */
  headers: Readonly<Record<string, string>>;
}

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\x20-\x7e]+)$/;

export function parseRemoteWrite(reader: SettingReader): RemoteWriteSettings | undefined {
  const url = reader.text('remoteWriteUrl');
  const token = reader.text('remoteWriteToken');
  const written = reader.list('remoteWriteHeaders');
  if (url === undefined) {
    for (const key of ['remoteWriteToken', 'remoteWriteHeaders'] as const) {
      if (reader.text(key) !== undefined) reader.fault(key, 'needs --remote-write-url');
    }
    return undefined;
  }
  const headers: [string, string][] = [];
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    reader.fault('remoteWriteUrl', 'expected an address such as https://prometheus.example.com/api/v1/write');
  } else if (new URL(url).username !== '' || new URL(url).password !== '') {
    reader.fault(
      'remoteWriteUrl',
      'expected an address without a password; use --remote-write-headers or --remote-write-token',
    );
  }
  if (token !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(token))
      reader.fault('remoteWriteToken', 'expected a token without spaces and line breaks');
    headers.push(['Authorization', `Bearer ${token}`]);
  }
  for (const line of written) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      // Not the header itself: it may be a secret.
      reader.fault('remoteWriteHeaders', 'expected headers such as "X-Scope-OrgID: shop", separated by commas');
    } else headers.push([name, value]);
  }
  return { url, headers: Object.fromEntries(headers) };
}
