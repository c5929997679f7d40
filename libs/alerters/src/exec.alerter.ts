import {
  type CrossChecked,
  Duration,
  fault,
  type FieldError,
  formatDuration,
  messageOf,
  parseDuration,
  programRefusal,
  Shown,
  Text,
  TextList,
} from '@9volt/contracts';
import { CutShort, type Exit, Head, type Program, PROGRAM_ENVIRONMENT, runProgram } from '@9volt/process';
import { alertDocument, alertFields, type AlertFields } from './alert-fields.js';
import { startDeadline } from './deadline.js';
import { defineAlerter, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { untilCorrected } from './http-delivery.js';
import { oneLine } from './plain-text.js';
import { scrubbed } from './scrub.js';
import { FIELD_NAMES, fillTemplate, templateFault } from './template.js';

/** A worker aborts an attempt that takes longer. */
const MAX_TIMEOUT_MS = 30_000;
/** More of a program's output than an answer shows. */
const MAX_OUTPUT_BYTES = 4_096;
/** EX_TEMPFAIL of sysexits.h. */
const TRY_AGAIN = 75;
/** EX_NOUSER, EX_NOHOST, EX_NOPERM and EX_CONFIG of sysexits.h: like refused credentials and targets of other alerters. */
const UNTIL_CORRECTED = [67, 68, 77, 78];

@Shown('command', 'args')
export class ExecOptions implements CrossChecked {
  @Text({
    doc:
      'Program to run on the worker, without a shell: a path, or a name to find in the system directories. Exit code 0 ' +
      'means delivered. The worker retries after 75, a timeout, a signal, or if the program does not start. After 67, 68, 77 and 78 (an unknown user or ' +
      'host, no permission, a wrong configuration, as in sysexits.h) it retries until somebody corrects the alerter or the program. Any other code is a ' +
      'rejection. 9volt keeps the output as the answer.',
    required: true,
    maxLength: 4_096,
    example: '/usr/local/bin/tell-the-team',
  })
  command!: string;

  @TextList({
    doc:
      'Arguments of the program. They can contain fields of the alert. The text of a field stays within its argument, with a space before it ' +
      `if the argument would start with a dash and become an option. The fields: ${FIELD_NAMES}. Each is also in the environment (title as ` +
      'NINEV_ALERT_TITLE, monitor-type as NINEV_ALERT_MONITOR_TYPE), and all are JSON on the standard input.',
    example: ['--subject', '{{title}}'],
    allowEmptyItems: true,
  })
  args?: string[];

  @Duration({
    doc:
      'Maximum run time of the program, at most 30s. The worker then kills it and all processes it started. Default: 30s, and 90s for a retry of the same ' +
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
    if (refusal !== undefined) return untilCorrected(`the worker does not run the program: ${refusal}`);
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
    // Nobody knows what the program has already sent. Without a limit of its own it gets the time of a slow provider.
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
    // Somebody can correct an error of the system at its start while the notification waits.
    if (!(error as NodeJS.ErrnoException).syscall?.startsWith('spawn')) throw error;
    return scrubbed({ outcome: 'retryable', answer: `could not start the program: ${messageOf(error)}` }, []);
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
