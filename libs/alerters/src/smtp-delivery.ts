import { Readable } from 'node:stream';
import { isIPv4, type Socket } from 'node:net';
import { isTargetRefusal, messageOf, type Targets } from '@9volt/contracts';
import type { NodemailerError } from 'nodemailer';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions, SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import { type Deadline, startDeadline } from './deadline.js';
import { DELIVERY_TIMEOUT_MS, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { untilCorrected } from './http-delivery.js';
import { envelopeOf, type MailAddress } from './mail-address.js';
import { type LeftOut, senderFault, sendingOf, takenOutcome, wordsOf } from './mail-recipients.js';
import { LookupFailure, openConnection } from './open-connection.js';
import { scrubbed } from './scrub.js';

export interface MailServer {
  host: string;
  port: number;
  security: 'auto' | 'starttls' | 'tls' | 'none';
  skipVerify: boolean;
  ca?: string;
  credentials?: {
    username: string;
    password: string;
    method: 'PLAIN' | 'LOGIN' | 'CRAM-MD5';
    /** Also over an unencrypted connection to another host. */
    insecure: boolean;
  };
}

export interface Mail {
  from: MailAddress;
  to: readonly MailAddress[];
  /** Its bytes, with these recipients in the header. */
  contentFor(shown: readonly MailAddress[]): Promise<Buffer>;
}

/** `host`, `host:port`, `[::1]:port` or an IPv6 address alone. */
export function parseMailServer(address: string, defaultPort: number): { host: string; port: number } | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/.exec(address);
  if (!parts)
    return /^[0-9a-fA-F:]+$/.test(address) && address.includes('::') ? { host: address, port: defaultPort } : undefined;
  const port = parts[3] === undefined ? defaultPort : Number(parts[3]);
  return port >= 1 && port <= 65_535 ? { host: (parts[1] ?? parts[2]) as string, port } : undefined;
}

/** Sends one mail to those who do not have it yet. */
export async function deliverMail(server: MailServer, mail: Mail, context: DeliveryContext): Promise<DeliveryOutcome> {
  const { reached = [] } = context;
  if (mail.to.every((address) => reached.includes(envelopeOf(address)))) {
    return { outcome: 'delivered', answer: 'all recipients have it' };
  }
  const outcome = await deliverOver(server, mail, context);
  if (outcome.outcome !== 'retryable') return outcome;
  const all = [...reached, ...(outcome.reached ?? [])];
  return all.length === 0 ? outcome : { ...outcome, reached: all };
}

/** Over a new connection, which it closes whatever happens. */
async function deliverOver(server: MailServer, mail: Mail, context: DeliveryContext): Promise<DeliveryOutcome> {
  const timeoutMs = context.timeoutMs ?? DELIVERY_TIMEOUT_MS;
  // A dialogue has many waits, each with its own limit; a slow server may use up three times the limit.
  const deadline = startDeadline(context, 3 * timeoutMs);
  let connection: SMTPConnection | undefined;
  try {
    // Loaded with the first mail: most processes send none.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const socket = await connectTo(server, timeoutMs, context.targets, deadline.signal);
    connection = new Connection({ ...connectionOptions(server, timeoutMs), connection: socket });
    return scrubbed(await dialogue(connection, server, mail, context, deadline), secretsOf(server));
  } catch (error) {
    connection?.close();
    if (deadline.signal.aborted) return deadline.outcome();
    if (isTargetRefusal(error) || error instanceof LookupFailure)
      return { outcome: 'retryable', answer: messageOf(error) };
    // Errors of the connection have a code; everything else is a defect of ours.
    if ((error as NodemailerError).code === undefined) throw error;
    const outcome = outcomeOfError(error as NodemailerError, context.trial);
    // Without a reply to the whole message the server may have taken it.
    const unanswered = deadline.wasSent && (error as NodemailerError).responseCode === undefined;
    return scrubbed(unanswered ? deadline.broken(outcome.answer) : outcome, secretsOf(server));
  } finally {
    deadline.end();
  }
}

async function connectTo(
  { host, port }: MailServer,
  timeoutMs: number,
  targets: Targets,
  signal: AbortSignal,
): Promise<Socket> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await openConnection({ host, port }, targets, AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    throw Object.assign(new Error(`no connection within ${timeoutMs / 1_000} s`), { code: 'ETIMEDOUT' });
  } finally {
    clearTimeout(timer);
  }
}

function connectionOptions(
  { host, port, security, skipVerify, ca, credentials }: MailServer,
  timeoutMs: number,
): SMTPConnectionOptions {
  const secure = security === 'tls' || (security === 'auto' && port === 465);
  // An attacker who can forge a certificate can also hide STARTTLS. Verifying would protect nothing, but stop deliveries through
  // the many local servers with a self-signed certificate. With a password it does verify.
  const opportunistic = security === 'auto' && !secure && credentials === undefined;
  return {
    host,
    port,
    secure,
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    opportunisticTLS: opportunistic,
    tls: {
      rejectUnauthorized: !skipVerify && !opportunistic,
      ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
  };
}

async function dialogue(
  connection: SMTPConnection,
  server: MailServer,
  mail: Mail,
  { reached = [] }: DeliveryContext,
  { signal, sent }: Deadline,
): Promise<DeliveryOutcome> {
  const broken = new Promise<never>((_resolve, reject) => {
    // Kept as long as the connection: an error without a listener would end the process.
    connection.on('error', reject);
    connection.once('end', () =>
      reject(Object.assign(new Error('the server closed the connection'), { code: 'ECONNECTION' })),
    );
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
  const step = <T>(run: (done: (error: Error | null | undefined, result?: T) => void) => void): Promise<T> =>
    Promise.race([
      broken,
      new Promise<T>((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result as T)))),
    ]);
  // Each step races with it; by itself it may reject after the last step.
  broken.catch(() => undefined);

  await step<void>((done) => connection.connect(done));
  // The last answer is the one to EHLO, after STARTTLS if that is used.
  const takesUtf8 = /^\d{3}[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse));
  if (server.credentials) {
    const { username, password, method, insecure } = server.credentials;
    if (!connection.secure && !insecure && !isLoopback(server.host)) {
      connection.close();
      return { outcome: 'retryable', answer: 'the connection is not encrypted, so the password was not sent' };
    }
    await step((done) => connection.login({ user: username, pass: password, method }, done));
  }
  const { envelope, shown, leftOut } = sendingOf(mail.to, reached, takesUtf8);
  const fault = senderFault(mail.from, takesUtf8) ?? (envelope.length === 0 ? wordsOf(leftOut) : undefined);
  if (fault !== undefined) {
    connection.close();
    return untilCorrected(fault);
  }
  const bytes = await mail.contentFor(shown);
  const content = Readable.from([bytes]).once('end', () => {
    // From here only the deadline counts: a server may scan the mail for long before it replies.
    socketOf(connection)?.setTimeout(0);
    sent();
  });
  const info = await step<SMTPConnectionSendInfo>((done) =>
    connection.send({ from: envelopeOf(mail.from), to: envelope, size: bytes.length }, content, done),
  );
  connection.quit();
  // The mail is delivered; a server that does not answer QUIT must not hold the connection.
  setTimeout(() => connection.close(), 2_000).unref();
  return takenOutcome(info.response, envelope, [...leftOut, ...refusedOf(info)]);
}

function refusedOf({ rejectedErrors = [] }: SMTPConnectionSendInfo): LeftOut[] {
  return rejectedErrors.map((error) => ({
    recipient: error.recipient ?? '',
    why: error.response ?? error.message,
    mayPass: error.permanent !== true,
  }));
}

/** The present connection, which STARTTLS replaces. */
function socketOf(connection: SMTPConnection): Socket | undefined {
  return (connection as unknown as { _socket?: Socket })._socket;
}

/** Replies about our identity, to any command: somebody corrects the configuration, or the server. */
const ABOUT_CREDENTIALS = new Set([530, 534, 535, 538]);
/** Too large: about the message, although the server says it during the envelope. */
const TOO_LARGE = 552;
const ENVELOPE = ['MAIL FROM', 'RCPT TO'];

/**
 * By RFC 5321 and RFC 4954. A 5xx to the message is a final rejection. A 5xx to the login, to the sender or to all recipients is
 * about the alerter, and so is an untrusted certificate: an expired password must not lose an alert. Everything else may be
 * temporary: 4xx, and the network.
 */
function outcomeOfError(error: NodemailerError, trial = false): DeliveryOutcome {
  // An error of several addresses has no message of its own.
  const said =
    error.code === 'ETIMEDOUT' ? 'the server did not answer in time' : messageOf(error) || String(error.code);
  // Another greeting does not come from a mail server: a person who tests an alerter must not read it.
  const foreign = trial && error.code === 'EPROTOCOL' && !/^\d{3}[ -]/.test(error.response ?? '');
  const answer = foreign ? 'the server does not speak SMTP' : said;
  const { responseCode, command = '' } = error;
  if (responseCode === undefined) {
    // Found before anything is sent: an address or a size that this server cannot accept.
    if (error.code === 'EENVELOPE') return untilCorrected(answer);
    return { outcome: error.code === 'EMESSAGE' ? 'rejected' : 'retryable', answer };
  }
  if (ABOUT_CREDENTIALS.has(responseCode)) return untilCorrected(answer);
  if (error.permanent !== true) return { outcome: 'retryable', answer };
  if (ENVELOPE.includes(command) && responseCode !== TOO_LARGE) return untilCorrected(answer);
  return command === 'DATA' || ENVELOPE.includes(command)
    ? { outcome: 'rejected', answer }
    : { outcome: 'retryable', answer };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** The password, and its forms on the wire. */
function secretsOf({ credentials }: MailServer): string[] {
  if (!credentials) return [];
  const { username, password } = credentials;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return [password, base64(password), base64(`\0${username}\0${password}`)];
}
