import type { AlerterDefinition } from './define-alerter.js';
import { email } from './email.alerter.js';
import { pagerduty } from './pagerduty.alerter.js';
import { slack } from './slack.alerter.js';

/** A new type of alerter is its own file and one line here. */
// prettier-ignore
const definitions: readonly AlerterDefinition[] = [
  email,
  pagerduty,
  slack,
];

export const alerterTypes: Map<string, AlerterDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
);
