import {
  type CrossChecked,
  Duration,
  fault,
  type FieldError,
  Flag,
  type Matcher,
  matcherFaults,
  Matching,
  MAX_DURATION_MS,
  parseDuration,
  Text,
  Time,
} from '@9volt/contracts';

const author = { doc: 'Who does it.', example: 'kim', group: 'common', maxLength: 200 } as const;
const duration = { doc: 'Length, instead of an end.', example: '10m', group: 'common', minimumMs: 1_000 } as const;

/** The body that makes or changes a silence. */
export class SilenceBody implements CrossChecked {
  @Matching({
    doc: 'The monitors to silence. All conditions must hold.',
    required: true,
    example: { name: 'web-*', tags: ['shop'] },
    group: 'common',
  })
  match!: Matcher;

  @Time({ doc: 'Start. Default: now.', group: 'common' })
  start?: string;

  @Time({ doc: 'End.', group: 'common' })
  end?: string;

  @Duration(duration)
  duration?: string;

  @Text({ doc: 'Why.', required: true, example: 'Update of the web servers', group: 'common', maxLength: 4_096 })
  comment!: string;

  @Text(author)
  author?: string;

  @Flag({ doc: 'Needed for a silence that matches every monitor.', default: false, group: 'common' })
  force?: boolean;

  crossCheck(): FieldError[] {
    return [...matcherFaults(this.match, '/match'), ...endFaults('end', this.end, this.duration, this.start, true)];
  }
}

/** The body that comments on an incident. */
export class CommentBody {
  @Text({
    doc: 'The comment.',
    required: true,
    example: 'A cable was cut',
    group: 'common',
    maxLength: 4_096,
    pattern: /\S/,
    expected: 'a text that is not blank',
  })
  text!: string;

  @Text(author)
  author?: string;
}

/** The body that acknowledges an incident. */
export class AckBody implements CrossChecked {
  @Text({ doc: 'What is being done.', example: 'On it', group: 'common', maxLength: 4_096 })
  comment?: string;

  @Text(author)
  author?: string;

  @Time({ doc: 'When the acknowledgement expires. Default: at recovery.', group: 'common' })
  until?: string;

  @Duration(duration)
  duration?: string;

  crossCheck(): FieldError[] {
    return endFaults('until', this.until, this.duration, undefined, false);
  }
}

/** The body that stops the checks of a monitor for a while. */
export class PauseBody implements CrossChecked {
  @Time({ doc: 'When the checks start again.', group: 'common' })
  until?: string;

  @Duration(duration)
  duration?: string;

  @Text({ doc: 'Why.', example: 'Moves to another data centre', group: 'common', maxLength: 4_096 })
  comment?: string;

  @Text(author)
  author?: string;

  crossCheck(): FieldError[] {
    return endFaults('until', this.until, this.duration, undefined, true);
  }
}

/** The end of something that begins at `start`: written, or after a duration. */
export function endOf(end: string | undefined, duration: string | undefined, start: number): string | undefined {
  if (end !== undefined) return new Date(end).toISOString();
  return duration === undefined ? undefined : new Date(start + parseDuration(duration)).toISOString();
}

function endFaults(
  name: string,
  end: string | undefined,
  length: string | undefined,
  start: string | undefined,
  isRequired: boolean,
): FieldError[] {
  if ((end === undefined) === (length === undefined) && (isRequired || end !== undefined)) {
    const expected = `either ${name} or duration`;
    return [{ path: `/${name}`, expected, message: `${name}: expected ${expected}` }];
  }
  if (end === undefined) return [];
  const now = Date.now();
  const from = start === undefined ? now : Date.parse(start);
  const at = Date.parse(end);
  if (at <= Math.max(from, now)) return [fault(`/${name}`, end, 'a time in the future, after the start')];
  return at - from > MAX_DURATION_MS ? [fault(`/${name}`, end, 'a time within a year of the start')] : [];
}
