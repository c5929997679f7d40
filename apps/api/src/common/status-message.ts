import { component, object, type Shape, text } from './shape.js';

/** How the original reports a successful change. */
export const StatusMessage = component('StatusMessage', object({ message: text, status: text }), {
  message: 'Pushed 2 configs; skipped 1 configs',
  status: 'OK',
});
export type StatusMessage = Shape<typeof StatusMessage>;

export function ok(message: string): StatusMessage {
  return { message, status: 'OK' };
}
