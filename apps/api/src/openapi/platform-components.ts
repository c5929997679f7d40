import { anything, component, instant, list, map, object, oneOfTexts, text } from '../common/shape.js';

/** The answers of every process, whatever its role, and those that belong to no noun. */
export const platformComponents = [
  component(
    'MergePatch',
    { ...anything, description: 'Attributes to change; null removes one (RFC 7396).' },
    { interval: '30s', description: null },
  ),
  component('SchemaMap', map(object({ summary: text, schema: anything }))),
  component('Health', object({ status: text }), { status: 'ok' }),
  component(
    'Readiness',
    object(
      {
        status: text,
        missing: { ...map(text), description: 'Missing requirements, by name.' },
        notes: { ...map(text), description: 'What to know of a process that can work all the same, by subject.' },
      },
      ['notes'],
    ),
    { status: 'ready', missing: {} },
  ),
  component(
    'LoggedErrors',
    list(
      object({ timestamp: instant, type: oneOfTexts(['error', 'warning']), message: text, monitor: text }, ['monitor']),
    ),
    [{ timestamp: '2026-06-01T12:00:00.000Z', type: 'warning', message: 'etcd: connection refused' }],
  ),
  component('Metrics', { ...text, description: 'Prometheus text format 0.0.4.' }, 'ninevolt_api_stream_clients 2\n'),
];
