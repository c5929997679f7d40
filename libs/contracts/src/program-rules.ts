/**
 * The programs of exec monitors and exec alerters that a worker may run. Its operator decides that when starting it; nothing in
 * etcd and no request to the API can widen it.
 */
export type ProgramRules = 'any' | readonly string[];

/** Why a program may not run; undefined if it may. A list permits exactly the absolute paths that it contains. */
export function programRefusal(rules: ProgramRules, command: string): string | undefined {
  if (rules === 'any' || rules.includes(command)) return undefined;
  return rules.length === 0
    ? `this worker runs no programs; --exec-allow ${command} would permit it`
    : '--exec-allow of this worker does not list it';
}
