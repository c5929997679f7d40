/**
 * Which programs a worker runs because a configuration asks for it, as an exec monitor or an exec alerter. Who runs the worker says
 * so, when it starts; nothing in etcd or sent to the API can widen it.
 */
export type ProgramRules = 'any' | readonly string[];

/** Why a program may not be run; undefined when it may. A list permits what is named as it stands there, absolute path and all. */
export function programRefusal(rules: ProgramRules, command: string): string | undefined {
  if (rules === 'any' || rules.includes(command)) return undefined;
  return rules.length === 0 ? 'this worker runs no programs' : '--exec-allow of this worker does not list it';
}
