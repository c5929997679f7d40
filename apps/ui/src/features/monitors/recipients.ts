import type { Json } from '../forms/attributes.js';

const KEY = '9volt-alerter';

/** The alerters that a configuration names. */
export function recipientsOf(config: Json): { critical: string[]; warning: string[]; isNobody: boolean } {
  const critical = namesOf(config['critical-alerter']);
  const warning = namesOf(config['warning-alerter']);
  return { critical, warning, isNobody: critical.length + warning.length + namesOf(config['escalate']).length === 0 };
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : value === undefined || value === '' ? [] : [String(value)];
}

/** The alerter for a new monitor: the one of the last monitor created with this browser, or the only one there is. */
export function defaultAlerter(alerters: readonly string[]): string | undefined {
  const last = localStorage.getItem(KEY);
  if (last !== null && alerters.includes(last)) return last;
  return alerters.length === 1 ? alerters[0] : undefined;
}

export function rememberAlerter(config: Json): void {
  const [first] = recipientsOf(config).critical;
  if (first !== undefined) localStorage.setItem(KEY, first);
}
