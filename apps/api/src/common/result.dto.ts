import { EXAMPLE_AT } from './example-facts.js';
import { component, flag, instant, list, number, numberOrNull, object, ref, status, text } from './shape.js';

export const Phases = component(
  'Phases',
  object(
    { lookup: number, connect: number, tls: number, firstByte: number, transfer: number },
    ['lookup', 'connect', 'tls', 'firstByte', 'transfer'],
    'Milliseconds of each phase of a check.',
  ),
);

export const PerformanceValue = component(
  'PerformanceValue',
  object(
    {
      label: text,
      value: { ...numberOrNull, description: 'Null if unknown.' },
      unit: { ...text, description: 'Absent if the value is a plain number.' },
      warn: { ...text, description: 'Warning range in Nagios notation; a value outside of it is a warning.' },
      crit: { ...text, description: 'Critical range in Nagios notation; a value outside of it is critical.' },
      min: number,
      max: number,
    },
    ['unit', 'warn', 'crit', 'min', 'max'],
    'A measured value.',
  ),
);

const note = { ...text, description: 'Remark that did not affect the status.' };
const unjudged = {
  ...flag,
  description: 'Reason why the worker could not judge the target. Such a result counts towards no threshold.',
};

const answer = {
  ...object({ status: text, body: text }),
  description: 'Status and first lines of what the target answered. Only a test reports it.',
};

/** The result of a check that somebody requested. */
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
      answer,
      performance: list(ref(PerformanceValue)),
      note,
      unjudged,
    },
    ['expected', 'found', 'phases', 'certificate', 'answer', 'performance', 'note', 'unjudged'],
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
