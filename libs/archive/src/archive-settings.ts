/** Where the archive is. The text of its address is a secret; these parts are made of it once. */
export interface ArchiveSettings {
  /** A name, an address, or the directory of a Unix socket. */
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Absent without TLS. */
  tls?: ArchiveTls;
  /** How long the leader keeps days, in milliseconds. */
  keepMs: number;
}

export interface ArchiveTls {
  /** What of the certificate is checked. */
  verify: 'nothing' | 'authority' | 'all';
  /** PEM; the authorities of the system without it. */
  ca?: string;
}
