import { createHash } from 'node:crypto';
import { escapeMarkup, type ReportMessage } from '@9volt/contracts';
import type MailComposer from 'nodemailer/lib/mail-composer';
import { envelopeOf, type MailAddress } from './mail-address.js';
import type { RenderedAlert, Severity } from './render-alert.js';

type Options = NonNullable<ConstructorParameters<typeof MailComposer>[0]>;

interface Addressed {
  from: MailAddress;
  to: readonly MailAddress[];
  notificationId: string;
}

export interface EmailContent extends Addressed {
  alert: RenderedAlert;
}

const COLOURS: Record<Severity, string> = {
  ok: '#2b8a3e',
  closed: '#495057',
  info: '#1971c2',
  warning: '#e67700',
  critical: '#c92a2a',
  unknown: '#495057',
};

/** The bytes of the mail about an alert. */
export function emailMessage({ alert, ...addressed }: EmailContent): Promise<Buffer> {
  // All mails of one incident answer the same message, which nobody ever sent: so they form one thread.
  const thread = idOf('incident', alert.key);
  return bytesOf(addressed, {
    subject: alert.title,
    inReplyTo: thread,
    references: thread,
    text: textOf(alert),
    html: htmlOf(alert),
  });
}

/** The bytes of a mail with a report, and its table as a file for spreadsheets. */
export function reportMail({ report, ...addressed }: Addressed & { report: ReportMessage }): Promise<Buffer> {
  const { subject, text, html, csv } = report;
  const attachments = [{ filename: 'report.csv', content: csv, contentType: 'text/csv; charset=utf-8' }];
  return bytesOf(addressed, { subject, text, html, attachments });
}

async function bytesOf({ from, to, notificationId }: Addressed, content: Options): Promise<Buffer> {
  // Loaded with the first mail: most processes send none.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    ...content,
    from: shown(from),
    to: to.map(shown),
    // The same at every attempt, so that a mailbox keeps one of them.
    messageId: idOf('notification', notificationId),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return composer.compile().build();
}

function shown(address: MailAddress): { name: string; address: string } {
  return { name: address.name ?? '', address: envelopeOf(address) };
}

function idOf(kind: string, id: string): string {
  return `<${createHash('sha256').update(`${kind}:${id}`).digest('hex').slice(0, 40)}@9volt>`;
}

function textOf(alert: RenderedAlert): string {
  const fields = alert.fields.map((field) => `${field.label}: ${field.value.replaceAll('\n', '\n    ')}`);
  return `${alert.title}\n${alert.text}\n\n${fields.join('\n')}\n`;
}

function htmlOf(alert: RenderedAlert): string {
  const rows = alert.fields.map((field) => {
    const value = escapeMarkup(field.value).replaceAll('\n', '<br>');
    const shown =
      field.label === 'Link' && alert.link !== undefined ? `<a href="${escapeMarkup(alert.link)}">${value}</a>` : value;
    return `<tr><th align="left" valign="top" style="padding:2px 12px 2px 0">${escapeMarkup(field.label)}</th><td>${shown}</td></tr>`;
  });
  return `<!DOCTYPE html><html><body style="font-family:sans-serif">
<h2 style="border-left:6px solid ${COLOURS[alert.severity]};padding-left:10px">${escapeMarkup(alert.title)}</h2>
<p>${escapeMarkup(alert.text).replaceAll('\n', '<br>')}</p>
<table style="border-collapse:collapse">
${rows.join('\n')}
</table>
</body></html>
`;
}
