import { Text } from './settings/decorators.js';

/** The attributes every alerter has beside its options, whose class stands next to its delivery code. */
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

/** Stands for a secret in every answer; sent back, it keeps the stored one. */
export const MASKED = '********';
