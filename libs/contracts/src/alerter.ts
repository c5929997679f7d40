import { Shown } from './settings/attribute.js';
import { Choice, Duration, Text } from './settings/decorators.js';

/** The attributes of every alerter beside its options, whose class is next to its delivery code. */
@Shown('description')
export class AlerterSettings<O extends object = Record<string, unknown>> {
  @Text({ doc: 'Type of the alerter.', required: true, example: 'slack', group: 'common' })
  type!: string;

  @Text({
    doc: 'Purpose of this alerter.',
    example: 'The channel of the shop team',
    group: 'common',
    maxLength: 4_096,
  })
  description?: string;

  @Duration({
    doc: 'Collects notifications for this time after the first one, and sends one message about all of them. If not set, each is sent by itself.',
    example: '30s',
    group: 'common',
    minimumMs: 1_000,
  })
  'group-wait'?: string;

  @Duration({
    doc: 'Least time between two messages of a group. Needs group-wait.',
    example: '5m',
    default: '5m',
    group: 'common',
    minimumMs: 1_000,
  })
  'group-interval'?: string;

  @Choice({
    doc: 'Which notifications share a message: none puts all into one group; tag groups by the first tag of the monitor, type by its type, member-tag by its member-tag. Needs group-wait.',
    values: ['none', 'tag', 'type', 'member-tag'],
    default: 'none',
    group: 'common',
  })
  'group-by'?: 'none' | 'tag' | 'type' | 'member-tag';

  /** Validated by the options class of the type. */
  options!: O;
}

/** Replaces a secret in every answer; if somebody sends it back, the stored secret stays. */
export const MASKED = '********';
