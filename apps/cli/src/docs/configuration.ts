import { alerterTypes } from '@9volt/alerters';
import {
  AlerterSettings,
  type AttributeMeta,
  attributesOf,
  MaintenanceSettings,
  MonitorSettings,
  NAME_EXPECTED,
  type SettingsClass,
} from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import { anchor, code, fenced, table } from './markdown.js';
import { fillTemplate, type ReadText } from './template.js';

/** Reference of every attribute of every type. */
export async function configurationReference(read: ReadText): Promise<string> {
  const monitors = [];
  for (const [type, { summary, settings }] of monitorTypes) {
    const own = [...attributesOf(settings).values()].filter(({ group }) => group === 'specific');
    monitors.push(`### Monitor: ${type}`, summary, attributeTable(own), ...(await example(type, read)));
  }
  const alerters = [];
  for (const [type, { summary, options }] of alerterTypes) {
    const heading = `### Alerter: ${type}`;
    const what = 'These stand under `options`:';
    alerters.push(heading, summary, what, attributeTable(attributes(options)), ...(await example(type, read)));
  }
  const common = attributes(MonitorSettings);
  return fillTemplate('configuration.md', read, {
    contents: contents(),
    'name rule': NAME_EXPECTED,
    'monitor attributes': attributeTable(common.filter(({ group }) => group !== 'alerting')),
    'alerting attributes': attributeTable(common.filter(({ group }) => group === 'alerting')),
    monitors: monitors.join('\n\n'),
    'alerter attributes': attributeTable(attributes(AlerterSettings), [
      [code('options'), 'map', 'the options of its type, below', '', '', 'Where to send, and with which credentials.'],
    ]),
    alerters: alerters.join('\n\n'),
    'maintenance attributes': attributeTable(attributes(MaintenanceSettings)),
  });
}

function attributes(cls: SettingsClass): AttributeMeta[] {
  return [...attributesOf(cls).values()];
}

function contents(): string {
  const link = (heading: string, text: string): string => `[${text}](#${anchor(heading)})`;
  const of = (kind: string, types: Iterable<string>): string =>
    [...types].map((type) => link(`${kind}: ${type}`, code(type))).join(', ');
  return [
    `- ${link('Writing the files', 'Writing the files')}: ${link('Durations', 'durations')}`,
    `- ${link('Monitors', 'Monitors')}: ${link('Thresholds', 'thresholds')}, ${of('Monitor', monitorTypes.keys())}`,
    `- ${link('Maintenance windows', 'Maintenance windows')}`,
    `- ${link('Alerters', 'Alerters')}: ${link('Secrets that stand elsewhere', 'secrets')}, ${of('Alerter', alerterTypes.keys())}`,
  ].join('\n');
}

function attributeTable(metas: readonly AttributeMeta[], more: readonly string[][] = []): string {
  const headings = ['Attribute', 'Kind', 'Valid', 'Default', 'Example', 'What it is'];
  return table(headings, [...metas.map(attributeRow), ...more]);
}

const KINDS: Record<AttributeMeta['kind'], string> = {
  text: 'text',
  integer: 'number',
  number: 'number',
  flag: 'flag',
  duration: 'duration',
  time: 'time',
  choice: 'choice',
  'text-list': 'list',
  'text-map': 'map',
  match: 'map',
  escalation: 'list of maps',
};

function attributeRow(meta: AttributeMeta): string[] {
  const { name, kind, required, default: standard, example: shown, secret, doc } = meta;
  return [
    code(name),
    KINDS[kind],
    validOf(meta),
    required ? '**required**' : standard === undefined || standard === '' ? '' : value(standard),
    shown === undefined || secret ? '' : value(shown),
    secret ? `${doc} *Secret.*` : doc,
  ];
}

/** The rule, without the part that the section on durations says about all of them. */
function validOf({ kind, expected, maxLength }: AttributeMeta): string {
  if (kind === 'duration') return expected.replace(/ such as .*?\(or whole nanoseconds\)/, '');
  return maxLength === undefined ? expected : `${expected}; at most ${maxLength} characters`;
}

/** A value on one line, in the syntax of YAML. */
function value(of: unknown): string {
  return code(typeof of === 'string' && !/[\r\n]/.test(of) ? of : JSON.stringify(of));
}

async function example(type: string, read: ReadText): Promise<string[]> {
  const path = `examples/types/${type}.yaml`;
  const lines = (await read(path)).split('\n').filter((line) => !line.startsWith('# yaml-language-server:'));
  return [`[${path}](../${path}):`, fenced('yaml', lines.join('\n'))];
}
