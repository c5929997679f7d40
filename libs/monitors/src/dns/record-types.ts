/**
 * By number, from IANA: https://www.iana.org/assignments/dns-parameters. Types without an entry in `RECORD_TYPES` are here because
 * records list them.
 */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  (
    '1 A 2 NS 3 MD 4 MF 5 CNAME 6 SOA 7 MB 8 MG 9 MR 10 NULL 11 WKS 12 PTR 13 HINFO 14 MINFO 15 MX 16 TXT 17 RP 18 AFSDB 19 X25 20 ISDN 21 RT 22 NSAP ' +
    '23 NSAP-PTR 24 SIG 25 KEY 26 PX 27 GPOS 28 AAAA 29 LOC 30 NXT 31 EID 32 NIMLOC 33 SRV 34 ATMA 35 NAPTR 36 KX 37 CERT 38 A6 39 DNAME 40 SINK 41 OPT 42 APL ' +
    '43 DS 44 SSHFP 45 IPSECKEY 46 RRSIG 47 NSEC 48 DNSKEY 49 DHCID 50 NSEC3 51 NSEC3PARAM 52 TLSA 53 SMIMEA 55 HIP 56 NINFO 57 RKEY 58 TALINK 59 CDS ' +
    '60 CDNSKEY 61 OPENPGPKEY 62 CSYNC 63 ZONEMD 64 SVCB 65 HTTPS 66 DSYNC 67 HHIT 68 BRID 99 SPF 100 UINFO 101 UID 102 GID 103 UNSPEC 104 NID 105 L32 106 L64 107 LP 108 EUI48 109 EUI64 ' +
    '249 TKEY 250 TSIG 251 IXFR 252 AXFR 253 MAILB 254 MAILA 255 ANY 256 URI 257 CAA 258 AVC 259 DOA 260 AMTRELAY 261 RESINFO 262 WALLET 32768 TA 32769 DLV'
  )
    .match(/\d+ \S+/g)
    ?.map((pair): [number, string] => [Number(pair.split(' ')[0]), pair.split(' ')[1] as string]),
);

const TYPE_CODES: ReadonlyMap<string, number> = new Map([...TYPE_NAMES].map(([code, name]) => [name, code]));

/** The suggested types; others can be requested by their number, as `TYPE65280`. */
export const RECORD_TYPES = (
  'A AAAA AFSDB ANY APL CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DS EUI48 EUI64 HINFO HIP HTTPS IPSECKEY KEY KX L32 L64 LOC LP MX NAPTR NID NS ' +
  'NSEC NSEC3 NSEC3PARAM NULL OPENPGPKEY PTR RP RRSIG SIG SMIMEA SOA SPF SRV SSHFP SVCB TA TLSA TXT URI ZONEMD'
).split(' ');

export const RECORD_TYPE_EXPECTED = `one of ${RECORD_TYPES.join(', ')}, or TYPE and a number from 1 to 65535`;

export const ANY = 255;
export const CNAME = 5;
export const DNAME = 39;

/** OPT and zone transfers are parts of the protocol, not records. */
const isAskable = (code: number): boolean => code >= 1 && code <= 65_535 && code !== 41 && (code < 249 || code > 254);

/** Whether records can have this type: some numbers are for questions, or for parts of the protocol (RFC 6895, section 3.1). */
export function isRecordType(code: number): boolean {
  return code !== ANY && isAskable(code);
}

/** The number of a type, by its name or as `TYPE65`; undefined if it cannot be requested. */
export function typeCode(name: string): number | undefined {
  const code = TYPE_CODES.get(name) ?? (/^TYPE\d{1,5}$/.test(name) ? Number(name.slice('TYPE'.length)) : 0);
  return isAskable(code) ? code : undefined;
}

/** RFC 3597, section 5: a type without a name is written with its number. */
export function typeName(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`;
}

/** The one spelling that is stored: `https`, `TYPE65` and `type65` are `HTTPS`. */
export function normalisedType(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  const name = written.toUpperCase();
  const code = typeCode(name);
  return code === undefined ? name : typeName(code);
}
