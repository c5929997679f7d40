import type { DeliveryOutcome } from './define-alerter.js';
import { envelopeOf, type MailAddress, needsUtf8 } from './mail-address.js';

/** A recipient that did not get the mail, and why. */
export interface LeftOut {
  recipient: string;
  why: string;
  /** It may get it later: greylisted, or a full mailbox. RFC 5321 uses 4xx for that. */
  mayPass: boolean;
}

export interface Sending {
  /** The recipients of the envelope. */
  envelope: string[];
  /** The recipients in the header. */
  shown: MailAddress[];
  leftOut: LeftOut[];
}

const NO_UTF8 =
  'the mail server rejects addresses with non-ASCII characters before the @ (it does not offer SMTPUTF8, RFC 6531)';

/** The recipients of this mail now; `reached` have it already. */
export function sendingOf(to: readonly MailAddress[], reached: readonly string[], takesUtf8: boolean): Sending {
  const impossible = takesUtf8 ? [] : to.filter(needsUtf8);
  const shown = to.filter((address) => !impossible.includes(address));
  return {
    envelope: [...new Set(shown.map(envelopeOf))].filter((recipient) => !reached.includes(recipient)),
    shown,
    leftOut: impossible.map((address) => ({ recipient: envelopeOf(address), why: NO_UTF8, mayPass: false })),
  };
}

/** Why the sender cannot be in the envelope. */
export function senderFault(from: MailAddress, takesUtf8: boolean): string | undefined {
  return needsUtf8(from) && !takesUtf8 ? `not from ${envelopeOf(from)}: ${NO_UTF8}` : undefined;
}

/** The outcome after a server accepted a mail for the recipients that it did not refuse. */
export function takenOutcome(
  response: string,
  envelope: readonly string[],
  leftOut: readonly LeftOut[],
): DeliveryOutcome {
  const missed = wordsOf(leftOut);
  const answer = missed === '' ? response : `${response}; ${missed}`;
  if (!leftOut.some(({ mayPass }) => mayPass)) {
    return { outcome: 'delivered', answer, ...(missed === '' ? {} : { notice: missed }) };
  }
  const without = new Set(leftOut.map(({ recipient }) => recipient));
  return { outcome: 'retryable', answer, reached: envelope.filter((recipient) => !without.has(recipient)) };
}

export function wordsOf(leftOut: readonly LeftOut[]): string {
  return leftOut.map(({ recipient, why }) => `not to ${recipient}: ${why}`).join('; ');
}
