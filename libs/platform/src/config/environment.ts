export type Environment = Readonly<Record<string, string | undefined>>;

const hidden = new Map<string, string | undefined>();

/** The environment of this process, including hidden variables; read nowhere else. */
export function readEnvironment(): Environment {
  return { ...process.env, ...Object.fromEntries(hidden) };
}

/** From now on only {@link readEnvironment} knows it, and no child inherits it. */
export function hideVariable(name: string): void {
  hidden.set(name, process.env[name]);
  delete process.env[name];
}
