import { Text } from './settings/decorators.js';

/** The attributes of every alerter beside its options, whose class is next to its delivery code. */
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

  /** Validated by the options class of the type. */
  options!: O;
}

/** Replaces a secret in every answer; if somebody sends it back, the stored secret stays. */
export const MASKED = '********';
