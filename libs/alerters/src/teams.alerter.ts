import { isPlainObject, Shown } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, notFrom, untilCorrected, type HttpAnswer } from './http-delivery.js';
import { HttpUrl, secretsOfUrl } from './http-url.js';
import { jsonObject } from './json-object.js';
import type { RenderedAlert, Severity } from './render-alert.js';

const COLOURS: Record<Severity, 'good' | 'accent' | 'warning' | 'attention' | 'default'> = {
  ok: 'good',
  closed: 'default',
  info: 'accent',
  warning: 'warning',
  critical: 'attention',
  unknown: 'default',
};

@Shown('webhook-url')
export class TeamsOptions {
  @HttpUrl({
    doc:
      'Address of a workflow that posts to a channel or chat (in Teams: Workflows, “Post to a channel when a webhook ' +
      'request is received”), or of an incoming webhook.',
    secret: true,
    required: true,
    example: 'https://example.webhook.office.com/webhookb2/example',
  })
  'webhook-url'!: string;
}

export const teams = defineAlerter<TeamsOptions>({
  type: 'teams',
  summary: 'Posts a card to a channel or chat of Microsoft Teams through a workflow or an incoming webhook.',
  options: TeamsOptions,
  destination: [],
  send(options, alert, context) {
    const webhook = options['webhook-url'];
    return deliverHttp(
      {
        url: webhook,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          type: 'message',
          // A notification on a phone shows this, and of a card without it only the word "Card".
          summary: alert.title,
          attachments: [
            { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardOf(alert) },
          ],
        }),
        secrets: secretsOfUrl(webhook),
      },
      context,
      judge,
    );
  },
});

/**
 * Only rich text, because Teams never reads its runs as Markdown, unlike text blocks and facts; and without entities, which make
 * mentions. All texts of an alert together stay below the 28 KB of a message.
 */
function cardOf({ title, text, severity, fields, link }: RenderedAlert): Record<string, unknown> {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      paragraph([{ text: title, weight: 'bolder', size: 'large', color: COLOURS[severity] }]),
      ...text.split('\n').map((line) => paragraph([{ text: line }])),
      ...fields.map(({ label, value }) =>
        paragraph([{ text: `${label}: `, weight: 'bolder' }, { text: value }], 'small'),
      ),
    ],
    ...(link === undefined ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open in 9volt', url: link }] }),
  };
}

function paragraph(runs: Record<string, string>[], spacing = 'default'): Record<string, unknown> {
  return { type: 'RichTextBlock', spacing, inlines: runs.map((run) => ({ type: 'TextRun', ...run })) };
}

/** An incoming webhook answers 200 even if Teams itself refused the message, and says so in words. */
const REFUSED_BEHIND = /endpoint returned HTTP error (\d{3})/;
/** Power Automate's answers for a workflow that is off, gone or not permitted for us. */
const ABOUT_WORKFLOW = /^Workflow|TriggerIsNot|Authorization|Forbidden|NotFound/;

/**
 * An incoming webhook answers 200 and `1`
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using), a workflow 202 and an
 * empty body, or its own JSON answer (https://learn.microsoft.com/azure/connectors/connectors-native-reqres). Other text, or a
 * page, comes from neither.
 */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const status = Number(REFUSED_BEHIND.exec(answer.body)?.[1] ?? answer.status);
  const outcome = judgeByStatus({ ...answer, status });
  const said = jsonObject(answer.body);
  const error = isPlainObject(said?.['error']) ? said['error']['code'] : undefined;
  if (outcome.outcome === 'rejected') {
    return typeof error === 'string' && ABOUT_WORKFLOW.test(error) ? untilCorrected(outcome.answer) : outcome;
  }
  if (outcome.outcome !== 'delivered') return outcome;
  const taken = ['', '1'].includes(answer.body.trim()) || (said !== undefined && error === undefined);
  return taken ? outcome : notFrom('Teams', answer);
}
