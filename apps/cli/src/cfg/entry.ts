import { visible } from '../output/visible.js';

/** What may stand at the top of a file. A further kind of entry begins here; validate-entries.ts and config-repository.ts must know it too. */
export const KINDS = ['monitor', 'alerter'] as const;

export type Kind = (typeof KINDS)[number];

/** One monitor or alerter as it stands in a file. */
export interface Entry {
  kind: Kind;
  name: string;
  /** What the YAML says, unvalidated. */
  raw: unknown;
  file: string;
  /** Line of its name, from 1. */
  line: number | undefined;
  /** Line of the innermost attribute of a path below the entry that is there. */
  lineOf(path: readonly string[]): number | undefined;
}

/** Something wrong with a file, in words for whoever wrote it. */
export interface ConfigFault {
  file: string;
  line?: number | undefined;
  /** JSON pointer within the file. */
  path?: string;
  message: string;
}

/** `monitors/web.yaml:12: /monitor/web/interval: …`. */
export function describeFault(fault: ConfigFault): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`;
  return visible(`${place}: ${fault.path === undefined ? '' : `${fault.path}: `}${fault.message}`);
}
