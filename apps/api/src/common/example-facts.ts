/** The common facts of the examples in the document. */
export const EXAMPLE_AT = '2026-06-01T12:00:00.000Z';
export const EXAMPLE_WORKER = 'worker-1-x7f3k2';
