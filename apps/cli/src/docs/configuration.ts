import { alerterTypes } from '@9volt/alerters';
import {
  AlerterSettings,
  Announcement,
  type AttributeMeta,
  attributesOf,
  isOfType,
  MaintenanceSettings,
  MonitorSettings,
  NAME_EXPECTED,
  ReportSettings,
  type SettingsClass,
  StatusGroup,
  StatusPageSettings,
} from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import { code, fenced, table } from './markdown.js';
import { fillTemplate, type ReadText } from './template.js';

/** What all monitors, alerters and maintenance windows have in common, and the list of types. */
export function configurationReference(read: ReadText): Promise<string> {
  const common = attributes(MonitorSettings);
  return fillTemplate('configuration.md', read, {
    'name rule': NAME_EXPECTED,
    'monitor attributes': attributeTable(common.filter(({ group }) => group !== 'alerting')),
    'alerting attributes': attributeTable(common.filter(({ group }) => group === 'alerting')),
    'monitor types': typeTable('monitors', monitorTypes),
    'alerter attributes': attributeTable(attributes(AlerterSettings), [
      [code('options'), 'map', 'the options of its type', '', '', 'Where to send, and with which credentials.'],
    ]),
    'alerter types': typeTable('alerters', alerterTypes),
    'maintenance attributes': attributeTable(attributes(MaintenanceSettings)),
    'report attributes': attributeTable(attributes(ReportSettings)),
    'status page attributes': attributeTable(attributes(StatusPageSettings)),
    'group attributes': attributeTable(attributes(StatusGroup)),
    'announcement attributes': attributeTable(attributes(Announcement)),
  });
}

/** A page for each type, by its path in the repository. */
export async function typePages(read: ReadText): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const [type, { summary, settings }] of monitorTypes) {
    const page = await fillTemplate('monitor-type.md', read, {
      type,
      summary,
      attributes: attributeTable(attributes(settings).filter(isOfType)),
      example: await example(type, read),
    });
    pages.set(`docs/monitors/${type}.md`, page);
  }
  for (const [type, { summary, options }] of alerterTypes) {
    const page = await fillTemplate('alerter-type.md', read, {
      type,
      summary,
      attributes: attributeTable(attributes(options)),
      example: await example(type, read),
    });
    pages.set(`docs/alerters/${type}.md`, page);
  }
  return pages;
}

function attributes(cls: SettingsClass): AttributeMeta[] {
  return [...attributesOf(cls).values()];
}

function typeTable(directory: string, types: ReadonlyMap<string, { summary: string }>): string {
  const rows = [...types].map(([type, { summary }]) => [`[${code(type)}](${directory}/${type}.md)`, summary]);
  return table(['Type', 'What it does'], rows);
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
  items: 'list of maps',
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

async function example(type: string, read: ReadText): Promise<string> {
  const path = `examples/types/${type}.yaml`;
  const lines = (await read(path)).split('\n').filter((line) => !line.startsWith('# yaml-language-server:'));
  return `[${path}](../../${path}):\n\n${fenced('yaml', lines.join('\n'))}`;
}
