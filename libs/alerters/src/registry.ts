import type { AlerterDefinition } from './define-alerter.js';
import { alertmanager } from './alertmanager.alerter.js';
import { discord } from './discord.alerter.js';
import { email } from './email.alerter.js';
import { exec } from './exec.alerter.js';
import { http } from './http.alerter.js';
import { pagerduty } from './pagerduty.alerter.js';
import { slack } from './slack.alerter.js';
import { teams } from './teams.alerter.js';
import { telegram } from './telegram.alerter.js';

/** A new type of alerter is its own file and one line here. */
// prettier-ignore
const definitions: readonly AlerterDefinition[] = [
  alertmanager,
  discord,
  email,
  exec,
  http,
  pagerduty,
  slack,
  teams,
  telegram,
];

export const alerterTypes: Map<string, AlerterDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
);

/** The types of alerters that can send reports. */
export function reportingTypes(): string[] {
  return [...alerterTypes.values()].filter(({ sendReport }) => sendReport).map(({ type }) => type);
}
