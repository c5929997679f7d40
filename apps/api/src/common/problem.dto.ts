import { component, list, number, object, ref, type Shape, text } from './shape.js';

export const FieldProblem = component(
  'FieldProblem',
  object(
    {
      pointer: { ...text, description: 'JSON pointer (RFC 6901) into what was sent.' },
      message: text,
      expected: { ...text, description: 'What would have been valid.' },
      suggestion: { ...text, description: 'The nearest valid name.' },
    },
    ['suggestion'],
  ),
);
export type FieldProblem = Shape<typeof FieldProblem>;

/** RFC 9457, and `message` for clients of the original. */
export const Problem = component(
  'Problem',
  object(
    {
      type: { ...text, description: '`urn:9volt:problem:<code>`, or `about:blank`.' },
      title: text,
      status: { ...number, type: 'integer', description: 'The HTTP status.' },
      detail: text,
      instance: { ...text, description: 'Path that was asked for.' },
      message: { ...text, description: 'The same as `detail`, where clients of the original look.' },
      errors: list(ref(FieldProblem)),
    },
    ['errors'],
    'What went wrong (RFC 9457).',
  ),
);
export type Problem = Shape<typeof Problem>;
