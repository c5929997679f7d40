import {
  Duration,
  fault,
  formatDuration,
  messageOf,
  parseDuration,
  programRefusal,
  Text,
  TextList,
  type CrossChecked,
  type FieldError,
} from '@9volt/contracts';
import { CutShort, type Exit, Head, type Program, PROGRAM_ENVIRONMENT, runProgram } from '@9volt/process';
import { alertDocument, alertFields, type AlertFields } from './alert-fields.js';
import { startDeadline } from './deadline.js';
import { defineAlerter, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { untilCorrected } from './http-delivery.js';
import { oneLine } from './plain-text.js';
import { scrubbed } from './scrub.js';
import { FIELD_NAMES, fillTemplate, templateFault } from './template.js';

/** A worker gives up an attempt that takes longer. */
const MAX_TIMEOUT_MS = 30_000;
/** More than an answer shows of what a program writes. */
const MAX_OUTPUT_BYTES = 4_096;
/** EX_TEMPFAIL of sysexits.h. */
const TRY_AGAIN = 75;
/** EX_NOUSER, EX_NOHOST, EX_NOPERM and EX_CONFIG of sysexits.h: what refused credentials and targets are elsewhere. */
const UNTIL_CORRECTED = [67, 68, 77, 78];

export class ExecOptions implements CrossChecked {
  @Text({
    doc:
      'The program that is run on the worker, never through a shell: a path, or a name that is looked for in the system directories. Exit code 0 ' +
      'is delivered; 75 is tried again, as are a time-out, a signal and a program that cannot be started; 67, 68, 77 and 78 (an unknown user or ' +
      'host, no permission, a wrong configuration, as in sysexits.h) are tried again until the alerter or the program is corrected; any other is a ' +
      'refusal. What it writes is kept as its answer.',
    required: true,
    maxLength: 4_096,
    example: '/usr/local/bin/tell-the-team',
  })
  command!: string;

  @TextList({
    doc:
      'The arguments of the program. Fields of the alert may stand in them; what they say stays within its argument, and gets a space before it ' +
      `where an argument would begin with a dash, so that it is no option. The fields: ${FIELD_NAMES}. Each is also in the environment (title as ` +
      'NINEV_ALERT_TITLE, monitor-type as NINEV_ALERT_MONITOR_TYPE), and all are JSON on the standard input.',
    example: ['--subject', '{{title}}'],
    allowEmptyItems: true,
  })
  args?: string[];

  @Duration({
    doc:
      'How long the program may run, at most 30s. Then it and all it started is killed. Without it 30s, and 90s when it is run again for the same ' +
      'notification.',
  })
  timeout?: string;

  crossCheck(): FieldError[] {
    const noNul = 'a text without NUL characters';
    return [
      ...(this.command.includes('\0') ? [fault('/command', this.command, noNul)] : []),
      ...(this.args ?? []).flatMap((arg, index) => {
        const wrong = templateFault(arg);
        if (wrong !== undefined) return [fault(`/args/${index}`, arg, `fields of an alert (${wrong})`)];
        return arg.includes('\0') ? [fault(`/args/${index}`, arg, noNul)] : [];
      }),
      ...(this.timeout !== undefined && parseDuration(this.timeout) > MAX_TIMEOUT_MS
        ? [fault('/timeout', this.timeout, `at most ${formatDuration(MAX_TIMEOUT_MS)}`)]
        : []),
    ];
  }
}

export const exec = defineAlerter<ExecOptions>({
  type: 'exec',
  summary: 'Runs a program on the worker, with the alert in its arguments, its environment and on its standard input.',
  options: ExecOptions,
  destination: [],
  program: ({ command }) => command,
  async send(options, alert, context) {
    const refusal = programRefusal(context.programs, options.command);
    if (refusal !== undefined) return untilCorrected(`the program is not run: ${refusal}`);
    const fields = alertFields(alert);
    return run(
      {
        command: options.command,
        args: (options.args ?? []).map((arg) => argumentOf(arg, fields)),
        env: {
          ...PROGRAM_ENVIRONMENT,
          ...environmentOf(fields),
          NINEV_NOTIFICATION_ID: oneLine(context.notificationId, 1_000),
        },
        input: `${JSON.stringify(alertDocument(alert))}\n`,
      },
      options.timeout === undefined ? undefined : parseDuration(options.timeout),
      context,
    );
  },
});

async function run(program: Program, limitMs: number | undefined, context: DeliveryContext): Promise<DeliveryOutcome> {
  const deadline = startDeadline(context, limitMs);
  const output = new Head(MAX_OUTPUT_BYTES);
  const said = (): string => (output.bytes === 0 ? '' : `: ${output.text()}`);
  const startedAt = performance.now();
  try {
    if (deadline.signal.aborted) return deadline.outcome();
    // What it has begun to tell nobody knows. Without a limit of its own it gets the patience that a provider gets.
    if (limitMs === undefined) deadline.sent();
    const limits = { overdue: deadline.signal, stop: context.signal };
    const exit = await runProgram(program, limits, (chunk) => output.push(chunk));
    return scrubbed(judge(exit, said()), []);
  } catch (error) {
    if (error instanceof CutShort) {
      const took = formatDuration(limitMs ?? Math.round(performance.now() - startedAt));
      const why = context.signal.aborted ? deadline.outcome().answer : `still running after ${took}`;
      return scrubbed({ outcome: 'retryable', cause: 'unclear', answer: `${why}${said()}` }, []);
    }
    // What the system says to the attempt to start it can be mended while the notification waits.
    if (!(error as NodeJS.ErrnoException).syscall?.startsWith('spawn')) throw error;
    return scrubbed({ outcome: 'retryable', answer: `could not be started: ${messageOf(error)}` }, []);
  } finally {
    deadline.end();
  }
}

function judge({ code, killedBy }: Exit, said: string): DeliveryOutcome {
  if (killedBy !== null) return { outcome: 'retryable', answer: `killed by ${killedBy}${said}` };
  const answer = `exit code ${code}${said}`;
  if (code === 0) return { outcome: 'delivered', answer };
  if (UNTIL_CORRECTED.includes(code ?? 0)) return untilCorrected(answer);
  return { outcome: code === TRY_AGAIN ? 'retryable' : 'rejected', answer };
}

function argumentOf(template: string, fields: AlertFields): string {
  const filled = fillTemplate(template, fields, (text) => text);
  return filled.startsWith('-') && !template.startsWith('-') ? ` ${filled}` : filled;
}

function environmentOf(fields: AlertFields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`NINEV_ALERT_${name.toUpperCase().replaceAll('-', '_')}`, value]),
  );
}
