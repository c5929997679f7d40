import { domainToASCII } from 'node:url';

/** A sender or recipient of a mail. */
export interface MailAddress {
  /** Shown by mail programs. */
  name?: string;
  /** Before the @: beyond ASCII only if the server supports it (SMTPUTF8, RFC 6531). */
  local: string;
  /** In the form of DNS: names beyond ASCII are written in their ASCII form (IDNA, RFC 5890). */
  domain: string;
}

export const MAIL_ADDRESS_EXPECTED = 'an address such as "team@example.com" or "On call <team@example.com>"';

/** Commas, semicolons and lines separate addresses; a quoted name may contain the signs. */
const ENTRY = /(?:"(?:[^"\\\r\n]|\\.)*"|[^",;\r\n])+|"/g;
const NAMED = /^(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^"<>@,;:\\]*?))\s*<(?<address>[^<>]*)>$/;
/** The dot of the root, which DNS knows and mail does not, is left out. */
const MAILBOX = /^(?<local>[^\s@<>()[\],;:\\"]+)@(?<domain>[^\s@<>()[\],;:\\"/?#%]+?)\.?$/;
const CONTROL = /[\u0000-\u001f\u007f]/;
const BEYOND_ASCII = /[^\u0000-\u007f]/;
/** A reference to a secret: the worker resolves it to one or several addresses. */
const REFERENCE = /\$\{(?:env|file):[^}]+\}/g;

/** The addresses of a list, or the part that is invalid. */
export function mailAddresses(list: string): MailAddress[] | { wrong: string } {
  const parts = (list.match(ENTRY) ?? []).map((part) => part.trim()).filter((part) => part !== '');
  const addresses: MailAddress[] = [];
  for (const part of parts) {
    const address = mailAddress(part);
    if (!address) return { wrong: part };
    addresses.push(address);
  }
  return addresses.length > 0 ? addresses : { wrong: list };
}

/** The fault of a list in a configuration, in which a reference may stand for an address. */
export function mailAddressFault(list: string, atMost = Number.POSITIVE_INFINITY): string | undefined {
  const found = mailAddresses(list.replaceAll(REFERENCE, 'reference@example.com'));
  if ('wrong' in found) return found.wrong;
  return found.length > atMost ? list : undefined;
}

function mailAddress(text: string): MailAddress | undefined {
  if (CONTROL.test(text)) return undefined;
  const { quoted, plain, address = text } = NAMED.exec(text)?.groups ?? {};
  const { local, domain } = MAILBOX.exec(address.trim())?.groups ?? {};
  if (local === undefined || domain === undefined) return undefined;
  const inAscii = BEYOND_ASCII.test(domain) ? domainToASCII(domain) : domain;
  if (inAscii === '') return undefined;
  const name = quoted === undefined ? plain?.trim() : quoted.replaceAll(/\\(.)/g, '$1');
  return { ...(name === undefined || name === '' ? {} : { name }), local, domain: inAscii };
}

/** In the form of the envelope of a mail. */
export function envelopeOf({ local, domain }: MailAddress): string {
  return `${local}@${domain}`;
}

/** Whether it needs a server that offers SMTPUTF8. */
export function needsUtf8({ local }: MailAddress): boolean {
  return BEYOND_ASCII.test(local);
}
