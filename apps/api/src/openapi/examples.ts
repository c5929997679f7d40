import { ownOf } from '@9volt/contracts';
import type { JsonSchema } from '@9volt/contracts';
import { EXAMPLE_WORKER } from '../common/example-facts.js';
import { DTOS } from './components.js';

/** The required attributes of a type with an example or a default; enough to be valid. */
function exampleOf(schemas: Record<string, JsonSchema>, union: string): Record<string, unknown> {
  const [first] = ownOf(schemas, union)?.['oneOf'] as { $ref: string }[];
  return objectExample(ownOf(schemas, first?.$ref.split('/').at(-1) ?? '') ?? {});
}

function objectExample(schema: JsonSchema): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  const shown = Object.entries(properties).filter(
    ([name, { example, 'x-group': group }]) => required.includes(name) || (example !== undefined && group === 'common'),
  );
  return Object.fromEntries(
    shown
      .filter(([name]) => !['disable', 'disable-until', 'member-tag', 'name'].includes(name))
      .map(([name, property]) => [
        name,
        property['type'] === 'object' ? objectExample(property) : (property['example'] ?? property['x-default']),
      ]),
  );
}

/** Answers whose example is not the one of their schema: `operation status`. */
export const answerExamples: Readonly<Record<string, unknown>> = {
  'getReadiness 503': { status: 'not ready', missing: { etcd: 'connect ECONNREFUSED 127.0.0.1:2379' } },
  'getVersion 200': { message: '9volt 0.1.0 - 1a2b3c4', status: 'version' },
  'getStatus 200': { message: `MemberID ${EXAMPLE_WORKER}`, status: 'OK' },
  'getStatus 500': { message: `MemberID ${EXAMPLE_WORKER}`, status: 'connect ECONNREFUSED 127.0.0.1:2379' },
  'deleteMonitor 200': { message: "Successfully removed check 'shop-home'", status: 'OK' },
  'undrainWorker 200': { message: "'worker-1' accepts monitors again", status: 'OK' },
  'deleteAlerter 200': { message: "Successfully removed alerter 'team-slack'", status: 'OK' },
};

/** One example of each schema that a route takes or answers: those of settings classes are made from their attributes. */
export function examples(schemas: Record<string, JsonSchema>): Record<string, unknown> {
  const monitor = exampleOf(schemas, 'Monitor');
  const alerter = {
    type: 'slack',
    description: 'The channel of the shop team',
    options: { token: '${env:NINEV_SECRET_SLACK_TOKEN}', channel: '#alerts' },
  };
  const [type = ''] = [monitor['type']] as string[];
  return {
    ...Object.fromEntries(DTOS.map(({ name, example }) => [name, example])),
    Monitor: monitor,
    MonitorOrMessage: monitor,
    MonitorMap: { 'shop-home': monitor },
    MonitorList: { '/9volt/monitor/shop-home': monitor },
    MonitorTrial: { config: monitor },
    Alerter: alerter,
    AlerterMap: { 'team-slack': alerter },
    AlerterList: { '/9volt/alerter/team-slack': alerter },
    AlerterTrial: { config: alerter },
    SchemaMap: { [type]: { summary: 'A type.', schema: { type: 'object', properties: { type: { type: 'string' } } } } },
  };
}
