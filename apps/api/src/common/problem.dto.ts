import { component, list, number, object, ref, type Shape, text } from './shape.js';

export const FieldProblem = component(
  'FieldProblem',
  object(
    {
      pointer: { ...text, description: 'JSON pointer (RFC 6901) to the field in the request.' },
      message: text,
      expected: { ...text, description: 'Description of a valid value.' },
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
      instance: { ...text, description: 'Path of the request.' },
      message: { ...text, description: 'Same as `detail`, for clients of the original 9volt.' },
      errors: list(ref(FieldProblem)),
    },
    ['errors'],
    'An error, as problem details (RFC 9457).',
  ),
);
export type Problem = Shape<typeof Problem>;
