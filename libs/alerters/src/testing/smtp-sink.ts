import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { parseMail, type ParsedMail } from './parse-mail.js';
import { Recorder, type StandIn } from './stand-in.js';

export interface ReceivedMail extends ParsedMail {
  from: string;
  to: string[];
  /** Whether it came over an encrypted connection. */
  secure: boolean;
  /** The login and its method. */
  login?: { username: string; method: string };
}

export interface SmtpSinkOptions {
  host?: string;
  port?: number;
  /** Without it the server offers no TLS. */
  certificate?: { key: string; cert: string };
  /** TLS from the start, instead of STARTTLS. */
  implicitTls?: boolean;
  /** It takes no mail for these at present; a test may change the set. */
  greylist?: ReadonlySet<string>;
  /** Runs before it answers that it took a mail. */
  beforeAnswer?: () => void;
  /** Requires a login by this method. Also without TLS. */
  login?: { username: string; password: string; method: 'PLAIN' | 'LOGIN' | 'CRAM-MD5' };
}

export interface SmtpSink extends StandIn<ReceivedMail> {
  readonly port: number;
  /** The attempted logins. */
  readonly logins: readonly { method: string; username: string; accepted: boolean; secure: boolean }[];
}

/**
 * A mail server that keeps its mails. `fail` and `rate-limit` are 4xx replies, `refuse` is about the message, `gone` about the
 * recipient, `revoked` about the login.
 */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const recorder = new Recorder<ReceivedMail>();
  const logins: { method: string; username: string; accepted: boolean; secure: boolean }[] = [];
  const { host = '127.0.0.1', port = 0, certificate, implicitTls = false, login, greylist } = options;
  const server = new SMTPServer({
    ...(certificate ?? {}),
    secure: implicitTls,
    disabledCommands: [...(certificate && !implicitTls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authMethods: login ? [login.method] : [],
    authOptional: !login,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // Does not wait for clients of a finished test.
    closeTimeout: 0,
    logger: false,
    onAuth(auth, session, done) {
      const accepted =
        login !== undefined &&
        auth.username === login.username &&
        passwordFits(auth, login.password) &&
        recorder.behaviour.kind !== 'revoked';
      logins.push({ method: auth.method, username: auth.username ?? '', accepted, secure: session.secure });
      if (recorder.behaviour.kind === 'echo')
        return done(reply(454, `4.7.0 unavailable for ${auth.username} with ${auth.password}`));
      return accepted
        ? done(null, { user: { username: auth.username, method: auth.method } })
        : done(reply(535, '5.7.8 bad credentials'));
    },
    onRcptTo({ address: recipient }, _session, done) {
      if (greylist?.has(recipient)) return done(reply(450, '4.2.0 greylisted, try again'));
      if (recorder.behaviour.kind === 'gone') return done(reply(550, '5.1.1 no such user here'));
      return done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        receive(recorder, Buffer.concat(chunks), session, (error, message) => {
          options.beforeAnswer?.();
          done(error, message);
        }),
      );
    },
  } satisfies SMTPServerOptions);
  // A client that disconnects during the dialogue is part of the tests.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, host, () => resolve()));
  const taken = (server.server.address() as AddressInfo).port;
  const address = host.includes(':') ? `[${host}]:${taken}` : `${host}:${taken}`;
  return {
    address,
    port: taken,
    logins,
    alerter: {
      type: 'email',
      options: {
        address,
        to: 'on-call@example.com',
        from: '9volt@example.com',
        ...(login ? { username: login.username, password: login.password, auth: login.method.toLowerCase() } : {}),
        ...(implicitTls ? { tls: 'tls' } : {}),
      },
    },
    received: recorder.received,
    get accepted() {
      return recorder.accepted;
    },
    behave: (behaviour) => {
      recorder.behaviour = behaviour;
    },
    waitForAccepted: (count, timeoutMs) => recorder.waitForAccepted(count, timeoutMs),
    connections: () => Promise.resolve(server.connections.size),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function receive(
  recorder: Recorder<ReceivedMail>,
  raw: Buffer,
  session: SMTPServerSession,
  done: (error?: Error | null, message?: string) => void,
): void {
  const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
  const envelope = { from, to: session.envelope.rcptTo.map((recipient) => recipient.address), secure: session.secure };
  const login = session.user as ReceivedMail['login'];
  let mail: ParsedMail = { headers: new Map(), subject: '', text: '', html: '', raw: raw.toString('utf8') };
  const problems: string[] = [];
  try {
    mail = parseMail(raw);
  } catch (error) {
    problems.push(String(error));
  }
  const behaviour = recorder.take({ ...mail, ...envelope, ...(login ? { login } : {}) }, problems);
  switch (behaviour.kind) {
    case 'accept':
      return done(null, 'kept');
    case 'refuse':
    case 'revoked':
    case 'gone':
      return done(reply(554, '5.6.0 the message is malformed'));
    case 'fail':
    case 'echo':
      return done(reply(451, '4.3.0 try again later'));
    case 'rate-limit':
      return done(reply(452, `4.7.1 too many messages, try again in ${behaviour.retryAfterS} seconds`));
    case 'hang':
      return undefined;
  }
}

function passwordFits(auth: SMTPServerAuthentication, password: string): boolean {
  return auth.method === 'CRAM-MD5' ? auth.validatePassword(password) : auth.password === password;
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
