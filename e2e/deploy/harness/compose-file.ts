import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './run.js';

export const COMPOSE_DIR = join(ROOT, 'docker');

export interface ComposeService {
  image: string;
  entrypoint?: string[];
  command?: string[];
  /** Null passes on a variable of whoever starts it. */
  environment?: Record<string, string | null>;
  hostname?: string;
  profiles?: string[];
  volumes?: string[];
  stop_grace_period?: string;
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
}

/** The variables of a file such as `.env`. */
export function variablesOf(file: string): Record<string, string> {
  const lines = readFileSync(join(COMPOSE_DIR, file), 'utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** Its services as written, before replacing variables. */
export function composeServices(
  text = readFileSync(join(COMPOSE_DIR, 'docker-compose.yml'), 'utf8'),
): Map<string, ComposeService> {
  const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
  return new Map(Object.entries(services));
}

/** Those that start with these profiles. */
export function startedWith(
  services: ReadonlyMap<string, ComposeService>,
  profiles: readonly string[],
): Map<string, ComposeService> {
  return new Map(
    [...services].filter(([, { profiles: own }]) => !own || own.some((profile) => profiles.includes(profile))),
  );
}

/** Those that run 9volt. */
export function nodesAmong(services: ReadonlyMap<string, ComposeService>): Map<string, ComposeService> {
  return new Map([...services].filter(([, { image, entrypoint }]) => image.includes('9volt:') && !entrypoint));
}
