import type {
  Answer,
  CaaData,
  DnskeyData,
  DsData,
  HInfoData,
  MxData,
  NaptrData,
  Nsec3Data,
  NsecData,
  RpData,
  RrsigData,
  SoaData,
  SrvData,
  SshfpData,
  TlsaData,
} from 'dns-packet';

/** A record as zone files write it, its parts separated by one space: `web.example.com. 300 IN A 192.0.2.1`. */
export function recordText(record: Answer): string {
  // OPT is no record but a part of the protocol, and has neither time to live nor data.
  if (record.type === 'OPT') return `${fqdn(record.name)} OPT`;
  const { name, ttl = 0, class: recordClass = 'IN', type, data } = record;
  return `${fqdn(name)} ${ttl} ${recordClass} ${type} ${dataText(type, data)}`;
}

const DATA_TEXT: Readonly<Record<string, (data: never) => string>> = {
  A: (data: string) => data,
  AAAA: (data: string) => data,
  CNAME: fqdn,
  DNAME: fqdn,
  NS: fqdn,
  PTR: fqdn,
  CAA: (data: CaaData) => `${data.flags ?? 0} ${data.tag} ${quoted(data.value)}`,
  DNSKEY: (data: DnskeyData) => `${data.flags} 3 ${data.algorithm} ${data.key.toString('base64')}`,
  DS: (data: DsData) => `${data.keyTag} ${data.algorithm} ${data.digestType} ${hex(data.digest)}`,
  HINFO: (data: HInfoData) => `${quoted(data.cpu)} ${quoted(data.os)}`,
  MX: (data: MxData) => `${data.preference ?? 0} ${fqdn(data.exchange)}`,
  NAPTR: (data: NaptrData) =>
    `${data.order} ${data.preference} ${quoted(data.flags)} ${quoted(data.services)} ${quoted(data.regexp)} ${fqdn(data.replacement)}`,
  NSEC: (data: NsecData) => [fqdn(data.nextDomain), ...data.rrtypes].join(' '),
  NSEC3: (data: Nsec3Data) =>
    [
      data.algorithm,
      data.flags,
      data.iterations,
      hex(data.salt) || '-',
      base32hex(data.nextDomain),
      ...data.rrtypes,
    ].join(' '),
  RP: (data: RpData) => `${fqdn(data.mbox)} ${fqdn(data.txt)}`,
  RRSIG: (data: RrsigData) =>
    `${data.typeCovered} ${data.algorithm} ${data.labels} ${data.originalTTL} ${stamp(data.expiration)} ${stamp(data.inception)} ` +
    `${data.keyTag} ${fqdn(data.signersName)} ${data.signature.toString('base64')}`,
  SOA: (data: SoaData) =>
    `${fqdn(data.mname)} ${fqdn(data.rname)} ${data.serial} ${data.refresh} ${data.retry} ${data.expire} ${data.minimum}`,
  SRV: (data: SrvData) => `${data.priority ?? 0} ${data.weight ?? 0} ${data.port} ${fqdn(data.target)}`,
  SSHFP: (data: SshfpData) => `${data.algorithm} ${data.hash} ${data.fingerprint}`,
  TLSA: (data: TlsaData) => `${data.usage} ${data.selector} ${data.matchingType} ${hex(data.certificate)}`,
  TXT: (data: Buffer[]) => data.map((part) => quoted(part.toString())).join(' '),
};

function dataText(type: string, data: unknown): string {
  const words = DATA_TEXT[type];
  if (words) return words(data as never);
  // RFC 3597, section 5: the form of a record whose type is not known.
  return Buffer.isBuffer(data) ? `\\# ${data.length} ${hex(data)}`.trimEnd() : String(data);
}

function fqdn(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function hex(data: Buffer): string {
  return data.toString('hex').toUpperCase();
}

/** RFC 4648, section 7, which hashed owner names are written in. */
function base32hex(data: Buffer): string {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => Number.parseInt(five.padEnd(5, '0'), 2).toString(32))
    .join('')
    .toUpperCase();
}

/** A time of a signature: `YYYYMMDDHHmmSS`. */
function stamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(/\D/g, '').slice(0, 14);
}
