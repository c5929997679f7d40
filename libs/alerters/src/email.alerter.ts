import { hostname } from 'node:os';
import { Choice, type CrossChecked, type FieldError, Flag, Shown, Text } from '@9volt/contracts';
import { defineAlerter, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { emailMessage, reportMail } from './email-message.js';
import { untilCorrected } from './http-delivery.js';
import { MAIL_ADDRESS_EXPECTED, type MailAddress, mailAddresses, mailAddressFault } from './mail-address.js';
import { deliverMail, parseMailServer } from './smtp-delivery.js';
import { Ca, SkipVerify } from './tls-options.js';

const DEFAULT_ADDRESS = 'localhost:25';

const REFERENCE = /^\$\{(?:env|file):[^}]+\}$/;

@Shown('to', 'address', 'from', 'username', 'password')
export class EmailOptions implements CrossChecked {
  @Text({
    doc:
      'Recipients: one address, or several separated by commas or lines, each with or without a name before it. A domain can contain non-ASCII characters; ' +
      'the part before the @ can too, if the mail server offers SMTPUTF8.',
    required: true,
    maxLength: 4_096,
    example: 'on-call@example.com, "The team" <team@example.com>',
  })
  to!: string;

  @Text({
    doc: 'Mail server, as host:port; without a port 25, or 465 with tls.',
    default: DEFAULT_ADDRESS,
    notEmpty: true,
    maxLength: 300,
    example: 'smtp.example.com:587',
  })
  address?: string;

  @Text({
    doc: 'Address of the sender, with or without a name before it. Default: 9volt at the host name of the worker.',
    notEmpty: true,
    maxLength: 320,
    example: '9volt@example.com',
  })
  from?: string;

  @Text({ doc: 'User name, if the server requires one. Needs password.', notEmpty: true, maxLength: 320 })
  username?: string;

  @Text({
    doc: 'Password of the user.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'an example',
  })
  password?: string;

  @Choice({
    doc: 'How to authenticate; md5 is another name for cram-md5.',
    values: ['plain', 'login', 'cram-md5', 'md5'],
    default: 'plain',
  })
  auth?: string;

  @Choice({
    doc:
      'Encryption. auto: TLS from the start on port 465, else STARTTLS when the server offers it. starttls: STARTTLS or no delivery. ' +
      'tls: TLS from the start. none: unencrypted. Certificates are verified, but with auto only when a password is sent.',
    values: ['auto', 'starttls', 'tls', 'none'],
    default: 'auto',
  })
  tls?: string;

  @SkipVerify()
  'skip-verify'?: boolean;

  @Ca()
  ca?: string;

  @Flag({
    doc: 'Send the password even over an unencrypted connection. To a server on the same host 9volt always does.',
    default: false,
  })
  'insecure-auth'?: boolean;

  crossCheck(): FieldError[] {
    const errors: FieldError[] = [];
    const badTo = mailAddressFault(this.to);
    if (badTo !== undefined) errors.push(wrong('to', badTo, MAIL_ADDRESS_EXPECTED));
    const badFrom = this.from === undefined ? undefined : mailAddressFault(this.from, 1);
    if (badFrom !== undefined) errors.push(wrong('from', badFrom, MAIL_ADDRESS_EXPECTED));
    if (
      this.address !== undefined &&
      !REFERENCE.test(this.address) &&
      parseMailServer(this.address, 25) === undefined
    ) {
      errors.push(wrong('address', this.address, 'host:port'));
    }
    if ((this.username === undefined) !== (this.password === undefined)) {
      const missing = this.username === undefined ? 'username' : 'password';
      errors.push({
        path: `/${missing}`,
        expected: 'username and password together',
        message: `${missing}: is missing; expected username and password together`,
      });
    }
    return errors;
  }
}

export const email = defineAlerter<EmailOptions>({
  type: 'email',
  summary: 'Sends mail through an SMTP server.',
  options: EmailOptions,
  destination: ['address', 'tls', 'skip-verify', 'ca', 'insecure-auth'],
  send: (options, alert, context) =>
    sendMail(options, context, (from, to) => emailMessage({ from, to, alert, notificationId: context.notificationId })),
  sendReport: (options, report, context) =>
    sendMail(options, context, (from, to) => reportMail({ from, to, report, notificationId: context.notificationId })),
});

async function sendMail(
  options: EmailOptions,
  context: DeliveryContext,
  contentFor: (from: MailAddress, to: readonly MailAddress[]) => Promise<Buffer>,
): Promise<DeliveryOutcome> {
  const to = mailAddresses(options.to);
  const senders = mailAddresses(options.from ?? `9volt@${hostname()}`);
  const security = (options.tls ?? 'auto') as 'auto' | 'starttls' | 'tls' | 'none';
  const server = parseMailServer(options.address ?? DEFAULT_ADDRESS, security === 'tls' ? 465 : 25);
  // A reference may resolve to anything.
  if ('wrong' in to) return untilCorrected(`${to.wrong || 'to'} is not a mail address`);
  if ('wrong' in senders) return untilCorrected(`${senders.wrong} is not a mail address`);
  const [from, second] = senders;
  if (from === undefined || second !== undefined) return untilCorrected(`${options.from} is not a mail address`);
  if (!server) return untilCorrected('the configured address is not host:port');
  const { username, password } = options;
  return deliverMail(
    {
      ...server,
      security,
      skipVerify: options['skip-verify'] ?? false,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(username === undefined || password === undefined
        ? {}
        : {
            credentials: {
              username,
              password,
              method:
                options.auth === 'login'
                  ? 'LOGIN'
                  : options.auth === 'cram-md5' || options.auth === 'md5'
                    ? 'CRAM-MD5'
                    : 'PLAIN',
              insecure: options['insecure-auth'] ?? false,
            },
          }),
    },
    {
      from,
      to,
      contentFor: (shown) => contentFor(from, shown),
    },
    context,
  );
}

function wrong(name: string, value: string, expected: string): FieldError {
  return {
    path: `/${name}`,
    value,
    expected,
    message: `${name}: ${JSON.stringify(value)} is not valid; expected ${expected}`,
  };
}
