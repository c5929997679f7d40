import {
  capped,
  type CheckResult,
  Duration,
  fault,
  type FieldError,
  formatDuration,
  Integer,
  MonitorSettings,
  Text,
  TextList,
  timeoutFault,
} from '@9volt/contracts';
import { defineMonitor, type ProbeContext } from './define-monitor.js';
import { type Exit, runCommand } from './exec/run-command.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';
import { CutShort } from './probe/scope.js';
import { SubstringSearch } from './probe/substring-search.js';

/** How much longer than its timeout a command may take to be ended. */
const KILL_MS = 1_000;

/** The whole environment of a command: nothing of the worker's own, which may hold credentials. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};

export class ExecSettings extends MonitorSettings {
  @Text({
    doc: 'The program that is run, never through a shell: a path, or a name that is looked for in the system directories.',
    required: true,
    example: '/usr/lib/nagios/plugins/check_load',
    maxLength: 4_096,
  })
  command!: string;

  @TextList({ doc: 'The arguments of the program, each as it is.', example: ['-w', '5,4,3'], allowEmptyItems: true })
  args?: string[];

  @Integer({ doc: 'The exit code that is awaited.', default: 0, minimum: 0, maximum: 255 })
  'return-code'?: number;

  @Text({ doc: 'Text that the output, standard output and errors together, must contain.', example: 'OK' })
  expect?: string;

  @Duration({ doc: 'How long the program may run. Then it and all it started is killed.', default: '3s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    const expected = 'a text without NUL characters';
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...(this.command.includes('\0') ? [fault('/command', this.command, expected)] : []),
      ...(this.args ?? []).flatMap((arg, index) =>
        arg.includes('\0') ? [fault(`/args/${index}`, arg, expected)] : [],
      ),
    ];
  }
}

export const execMonitor = defineMonitor<ExecSettings>({
  type: 'exec',
  summary: 'Runs a program on the worker; expects an exit code, and may expect a text in its output.',
  settings: ExecSettings,
  target: (settings) => [settings.command, ...(settings.args ?? [])].map(asArgument).join(' '),
  deadlineMs: (settings) => timeoutMsOf(ExecSettings, settings, 'timeout') + KILL_MS,
  weight: 8,
  probe,
});

async function probe(settings: ExecSettings, { name, signal }: ProbeContext): Promise<CheckResult> {
  const run = new ProbeRun(signal);
  const command = excerpt(settings.command, 200);
  const expectedExit = `exit code ${valueOf(ExecSettings, settings, 'return-code')}`;
  const output = new SubstringSearch(settings.expect ?? '');
  const limitMs = timeoutMsOf(ExecSettings, settings, 'timeout');
  try {
    if (signal.aborted) throw new CutShort('aborted', 'aborted');
    const exit = await runCommand(
      { command: settings.command, args: settings.args ?? [], env: { ...ENVIRONMENT, NINEV_CHECK: name } },
      limitMs,
      signal,
      (chunk) => void output.push(chunk),
    );
    return judge(settings, run, exit, output);
  } catch (error) {
    if (error instanceof CutShort) {
      const limit = formatDuration(limitMs);
      return run.failedWith(
        error,
        `Command '${command}' exceeded run timeout (${limit})`,
        expectedExit,
        `still running after ${limit}`,
      );
    }
    const reason = inWords(error);
    return run.failedWith(error, `Command '${command}' could not be started: ${reason}`, expectedExit, reason);
  }
}

function judge(settings: ExecSettings, run: ProbeRun, exit: Exit, output: SubstringSearch): CheckResult {
  const command = excerpt(settings.command, 200);
  const said = excerpt(output.head());
  const expectedCode = valueOf(ExecSettings, settings, 'return-code');
  if (exit.killedBy !== null) {
    return run.failed(
      `Command '${command}' was killed by ${exit.killedBy}, expected exit code '${expectedCode}'. Output: ${said}`,
      `exit code ${expectedCode}`,
      `killed by ${exit.killedBy}`,
    );
  }
  if (exit.code !== expectedCode) {
    return run.failed(
      `Command '${command}' exited with '${exit.code}', expected '${expectedCode}'. Output: ${said}`,
      `exit code ${expectedCode}`,
      `exit code ${exit.code}`,
    );
  }
  if (output.found) return run.ok();
  const wanted = excerpt(settings.expect ?? '', 256);
  return run.failed(
    `Command '${command}' output does not contain expected output. Expected: ${wanted} Output: ${said}`,
    wanted,
    output.bytes === 0 ? 'no output' : capped(said, 200),
  );
}

/** As it would be written to a shell, where a part is not plain. */
function asArgument(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
