import { EXAMPLE_AT } from './example-facts.js';
import {
  component,
  flag,
  instant,
  list,
  number,
  numberOrNull,
  object,
  ref,
  type Shape,
  status,
  text,
} from './shape.js';

export const Phases = component(
  'Phases',
  object(
    { lookup: number, connect: number, tls: number, firstByte: number, transfer: number },
    ['lookup', 'connect', 'tls', 'firstByte', 'transfer'],
    'Milliseconds of the parts of a run.',
  ),
);

export const PerformanceValue = component(
  'PerformanceValue',
  object(
    {
      label: text,
      value: { ...numberOrNull, description: 'Null when it could not be determined.' },
      unit: { ...text, description: 'Absent when it is a number of things.' },
      warn: { ...text, description: 'The range outside of which it is warning, in Nagios notation.' },
      crit: { ...text, description: 'The range outside of which it is critical.' },
      min: number,
      max: number,
    },
    ['unit', 'warn', 'crit', 'min', 'max'],
    'A value that a check measured.',
  ),
);

const note = { ...text, description: 'Something odd that did not decide the verdict.' };
const unjudged = {
  ...flag,
  description:
    'The worker could not judge the target, for a reason of its own: the result counts towards no threshold.',
};

/** What a check that somebody asked for found. */
export const CheckResult = component(
  'CheckResult',
  object(
    {
      status,
      message: text,
      latencyMs: number,
      expected: text,
      found: text,
      phases: ref(Phases),
      certificate: object({ subject: text, issuer: text, notAfter: instant, daysLeft: number }),
      performance: list(ref(PerformanceValue)),
      note,
      unjudged,
    },
    ['expected', 'found', 'phases', 'certificate', 'performance', 'note', 'unjudged'],
  ),
  { status: 'ok', message: 'N/A', latencyMs: 12.4, phases: { lookup: 0.8, connect: 3.1, firstByte: 8.2 } },
);

/** A result as it is kept. */
export const Sample = component(
  'Sample',
  object(
    {
      at: instant,
      latencyMs: number,
      status,
      message: text,
      phases: ref(Phases),
      note,
      unjudged,
      performance: list(ref(PerformanceValue)),
    },
    ['message', 'phases', 'performance', 'note', 'unjudged'],
  ),
  { at: EXAMPLE_AT, latencyMs: 12.4, status: 'ok' },
);
export type ShownSample = Shape<typeof Sample>;
