import { runJestProject } from './jest-project.mjs';

const minute = 60_000;

/** Runs scenarios of e2e/faults one after the other, and shows what they print. */
export async function runFaults(root, report, { args = [], soak, history }) {
  const startedAt = Date.now();
  const name = soak ? 'soak' : 'faults';
  const env = {
    ...(soak ? { TEST_SOAK_MINUTES: String(soak.minutes), TEST_SOAK_SEED: String(soak.seed) } : {}),
    ...(history
      ? { TEST_HISTORY_MONITORS: String(history.monitors), TEST_HISTORY_MINUTES: String(history.minutes) }
      : {}),
  };
  const soakArgs = soak
    ? [
        ...['--testPathIgnorePatterns', '/node_modules/', '--testTimeout', String((soak.minutes + 10) * minute)],
        ...['--', 'soak.scenario'],
      ]
    : args;
  const result = await runJestProject(
    root,
    {
      name,
      dir: 'e2e/faults',
      timeoutMs: (soak ? soak.minutes + 15 : 150) * minute,
      args: soakArgs,
      env,
    },
    (line) => console.log(line),
  );
  report.add({ name, startedAt, ...result, output: '' });
}
