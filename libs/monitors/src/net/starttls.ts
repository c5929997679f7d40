import { isIPv6, type Socket } from 'node:net';
import { excerpt } from '../probe/excerpt.js';
import { Dialogue } from './dialogue.js';

/** How a plain connection becomes a TLS connection, for each protocol: up to the target's agreement. */
const NEGOTIATIONS = { smtp, imap, postgres } as const;

export const STARTTLS_PROTOCOLS = Object.keys(NEGOTIATIONS) as StarttlsProtocol[];
export type StarttlsProtocol = keyof typeof NEGOTIATIONS;

export const STARTTLS_PORTS: Readonly<Record<StarttlsProtocol, number>> = { smtp: 25, imap: 143, postgres: 5_432 };

/** Asks the target to switch to TLS. Rejects, in words for the operator, if it does not agree. */
export async function negotiateTls(socket: Socket, protocol: StarttlsProtocol): Promise<void> {
  const dialogue = new Dialogue(socket);
  try {
    await NEGOTIATIONS[protocol](dialogue, socket);
    // Somebody in between could have sent it before TLS, so that it seems to come over TLS.
    if (dialogue.rest !== '') throw new Error('the target sent more than it should before TLS');
  } finally {
    dialogue.end();
  }
}

/** RFC 3207. */
async function smtp(dialogue: Dialogue, { localAddress = '127.0.0.1' }: Socket): Promise<void> {
  await smtpReply(dialogue, '220', 'its greeting');
  await dialogue.write(`EHLO [${isIPv6(localAddress) ? `IPv6:${localAddress}` : localAddress}]\r\n`);
  const offered = await smtpReply(dialogue, '250', 'EHLO');
  if (!/^250[ -]STARTTLS\s*$/im.test(offered)) throw new Error('the target offers no STARTTLS');
  await dialogue.write('STARTTLS\r\n');
  await smtpReply(dialogue, '220', 'STARTTLS');
}

/** A reply of one or more lines; the last one has a space after its code. */
async function smtpReply(dialogue: Dialogue, code: string, to: string): Promise<string> {
  const reply = await dialogue.read(/^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/);
  if (!reply.startsWith(code)) throw unexpected(reply, to);
  return reply;
}

/** RFC 9051, section 6.2.1. */
async function imap(dialogue: Dialogue): Promise<void> {
  const greeting = await dialogue.read(/^.*\r?\n/);
  if (!/^\* OK\b/i.test(greeting)) throw unexpected(greeting, 'its greeting');
  await dialogue.write('a STARTTLS\r\n');
  const reply = await dialogue.read(/^(?:\*.*\r?\n)*a .*\r?\n/i);
  const [last = ''] = /^a .*$/im.exec(reply) ?? [];
  if (!/^a OK\b/i.test(last)) throw unexpected(last, 'STARTTLS');
}

/** SSLRequest; https://www.postgresql.org/docs/current/protocol-flow.html. */
async function postgres(dialogue: Dialogue): Promise<void> {
  await dialogue.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  const answer = await dialogue.read(/^[^]/);
  if (answer === 'N') throw new Error('the target refuses TLS');
  if (answer !== 'S') throw unexpected(answer, 'the request for TLS');
}

function unexpected(said: string, to: string): Error {
  return new Error(`the target answered ${to} with '${excerpt(said.trim(), 200)}'`);
}
