/** A finding of the doctor about one subject. */
export interface Finding {
  /** The subject: `etcd http://127.0.0.1:2379`, `clock`. */
  subject: string;
  /** `warning`: something will not work, or not for long. `problem`: 9volt cannot work. */
  verdict: 'ok' | 'warning' | 'problem';
  /** What was found. */
  found: string;
  /** What to do about it. */
  advice?: string;
}

export function ok(subject: string, found: string): Finding {
  return { subject, verdict: 'ok', found };
}

export function warning(subject: string, found: string, advice: string): Finding {
  return { subject, verdict: 'warning', found, advice };
}

export function problem(subject: string, found: string, advice: string): Finding {
  return { subject, verdict: 'problem', found, advice };
}

const SHOWN = 5;

export function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
