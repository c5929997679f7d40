import {
  type CheckResult,
  Duration,
  fault,
  type FieldError,
  Flag,
  formatDuration,
  Integer,
  MonitorSettings,
  Shown,
  Text,
  TextList,
  timeoutFault,
} from '@9volt/contracts';
import { CutShort, PROGRAM_ENVIRONMENT, runProgram } from '@9volt/process';
import { defineMonitor, type PreparedCheck, type ProbeContext } from './define-monitor.js';
import { type Judge, OutputJudge, PluginJudge } from './exec/judges.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';

/** How much longer than its timeout it may take to end a command. */
const KILL_MS = 1_000;

@Shown('command', 'args', 'nagios', 'return-code', 'expect')
export class ExecSettings extends MonitorSettings {
  @Text({
    doc: 'Program to run, without a shell: a path, or a name to find in the system directories.',
    required: true,
    example: '/usr/lib/nagios/plugins/check_load',
    maxLength: 4_096,
  })
  command!: string;

  @TextList({
    doc: 'Arguments of the program; each is passed unchanged.',
    example: ['-w', '5,4,3'],
    allowEmptyItems: true,
  })
  args?: string[];

  @Flag({
    group: 'expect',
    doc:
      'The program is a Nagios plugin: exit codes 0, 1, 2 and 3 mean ok, warning, critical and unknown, its output is the message, and text after a `|` ' +
      'is performance data. Any other exit code, or a program that does not start, means unknown.',
    default: false,
  })
  nagios?: boolean;

  @Integer({ group: 'expect', doc: 'Expected exit code.', default: 0, minimum: 0, maximum: 255 })
  'return-code'?: number;

  @Text({ group: 'expect', doc: 'Text that the output (stdout and stderr together) must contain.', example: 'OK' })
  expect?: string;

  @Duration({
    doc: 'Maximum run time of the program. The worker then kills it and all processes it started.',
    default: '3s',
  })
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
      ...(this.nagios ? this.pluginFaults() : []),
    ];
  }

  /** A plugin has its own verdict. */
  private pluginFaults(): FieldError[] {
    return (['return-code', 'expect'] as const)
      .filter((attribute) => this[attribute] !== undefined)
      .map((attribute) => fault(`/${attribute}`, this[attribute], 'none with nagios'));
  }
}

export const execMonitor = defineMonitor<ExecSettings>({
  type: 'exec',
  summary:
    'Runs a program on the worker: a Nagios plugin, or any program whose exit code and output the check compares.',
  settings: ExecSettings,
  target: (settings) => [settings.command, ...(settings.args ?? [])].map(asArgument).join(' '),
  // It may wait for a place as long as it may run.
  destination: [],
  program: ({ command }) => command,
  deadlineMs: (settings) => 2 * limitMsOf(settings) + KILL_MS,
  weight: 8,
  prepare,
});

interface Plan {
  program: { command: string; args: readonly string[] };
  /** For messages. */
  command: string;
  limitMs: number;
  judgeOf: (run: ProbeRun) => Judge;
}

function prepare(settings: ExecSettings): PreparedCheck {
  const command = excerpt(settings.command, 200);
  const code = valueOf(ExecSettings, settings, 'return-code');
  const { nagios, expect = '', args = [] } = settings;
  const plan: Plan = {
    program: { command: settings.command, args },
    command,
    limitMs: limitMsOf(settings),
    judgeOf: (run) => (nagios ? new PluginJudge(command, run) : new OutputJudge(command, code, expect, run)),
  };
  return (context) => check(plan, context);
}

async function check(plan: Plan, context: ProbeContext): Promise<CheckResult> {
  const { command, program, limitMs } = plan;
  const { name, signal, programs } = context;
  const arrived = new ProbeRun(context);
  const refusal = programs.refusal(program.command);
  if (refusal !== undefined)
    return arrived.verdict('unknown', `The worker does not run command '${command}': ${refusal}`);
  try {
    return await programs.inTurn(limitMs, signal, () => execute(plan, name, new ProbeRun(context)));
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
    if (error.reason === 'aborted') return arrived.failedWith(error, error.message);
    const why = `this worker was already running ${programs.atOnce} programs for ${formatDuration(limitMs)}`;
    return arrived.verdict('unknown', `Command '${command}' did not run: ${why}`);
  }
}

async function execute(
  { program, command, limitMs, judgeOf }: Plan,
  name: string,
  run: ProbeRun,
): Promise<CheckResult> {
  const { signal } = run;
  const judge = judgeOf(run);
  try {
    if (signal.aborted) throw new CutShort('aborted', 'aborted');
    const exit = await runProgram(
      { ...program, env: { ...PROGRAM_ENVIRONMENT, NINEV_CHECK: name } },
      { overdue: limitMs, stop: signal },
      (chunk, from) => judge.hear(chunk, from),
    );
    return judge.judge(exit);
  } catch (error) {
    if (error instanceof CutShort) {
      const limit = formatDuration(limitMs);
      return run.failedWith(
        error,
        `Command '${command}' exceeded run timeout (${limit})`,
        judge.expected,
        `still running after ${limit}`,
      );
    }
    const reason = inWords(error);
    const message = `Command '${command}' could not be started: ${reason}`;
    return run.couldNotStart(error, judge.ifNotStarted, message, judge.expected, reason);
  }
}

function limitMsOf(settings: ExecSettings): number {
  return timeoutMsOf(ExecSettings, settings, 'timeout');
}

/** As one would type it into a shell, if a part needs quotes. */
function asArgument(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
