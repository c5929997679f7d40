import { type CheckResult, MAX_MESSAGE, NO_MESSAGE, type Status } from '@9volt/contracts';
import { excerpt } from '../probe/excerpt.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { parsePluginOutput } from './plugin-output.js';

/** By exit code. */
const STATUSES: readonly Status[] = ['ok', 'warning', 'critical', 'unknown'];

/**
 * The verdict of a Nagios plugin: its exit code, its text, and its performance data. An exit code above 3 is not a verdict, so the
 * result is unknown.
 */
export function pluginVerdict(run: ProbeRun, exitCode: number, output: string): CheckResult {
  const { text, performance } = parsePluginOutput(output);
  run.performance = performance;
  const said = excerpt(text, MAX_MESSAGE);
  const status = STATUSES[exitCode];
  if (status === 'ok') return run.verdict('ok', said === '' ? NO_MESSAGE : said);
  const found = `${status ?? 'no verdict'} (exit code ${exitCode})`;
  if (status === undefined)
    return run.verdict('unknown', `Exit code ${exitCode} is no verdict. Output: ${said}`, 'ok', found);
  return run.verdict(
    status,
    said === '' ? `The plugin wrote nothing; its exit code is ${exitCode}` : said,
    'ok',
    found,
  );
}
