import { alerterTypes } from '@9volt/alerters';
import {
  AlerterSettings,
  type AttributeMeta,
  attributesOf,
  MonitorSettings,
  NAME_EXPECTED,
  type SettingsClass,
} from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import { anchor, code, fenced, table } from './markdown.js';

const GENERATED =
  '<!-- Made by "npm run generate" from the settings classes beside each probe and delivery, and from examples/types: change those, not this. -->';

/** Reads a file of the repository by its path. */
type ReadExample = (path: string) => Promise<string>;

/** Reference of every attribute of every type. */
export async function configurationReference(readExample: ReadExample): Promise<string> {
  const monitors = [];
  for (const [type, { summary, settings }] of monitorTypes) {
    const own = [...attributesOf(settings).values()].filter(({ group }) => group === 'specific');
    monitors.push(`### Monitor: ${type}`, summary, attributeTable(own), ...(await example(type, readExample)));
  }
  const alerters = [];
  for (const [type, { summary, options }] of alerterTypes) {
    const heading = `### Alerter: ${type}`;
    const what = 'These stand under `options`:';
    alerters.push(heading, summary, what, attributeTable(attributes(options)), ...(await example(type, readExample)));
  }
  const common = attributes(MonitorSettings);
  return `${[
    GENERATED,
    INTRODUCTION,
    contents(),
    WRITING,
    '## Monitors',
    'Every monitor has these attributes, whatever its type:',
    attributeTable(common.filter(({ group }) => group !== 'alerting')),
    'These decide when 9volt notifies somebody, and whom:',
    attributeTable(common.filter(({ group }) => group === 'alerting')),
    THRESHOLDS,
    PINNING,
    ...monitors,
    '## Alerters',
    'An alerter sends notifications through a channel. Every alerter has:',
    attributeTable(attributes(AlerterSettings), [
      [code('options'), 'map', 'the options of its type, below', '', '', 'Where to send, and with which credentials.'],
    ]),
    SECRETS,
    ...alerters,
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

You write monitors and alerters in YAML files, which \`9volt cfg <dir>\` pushes into etcd. It reads every \`.yaml\` and \`.yml\` file below the directory; you can spread entries over files as you like. The same attributes, as JSON, are what the
[API](api.md) takes, and what stands in etcd.`;

const WRITING = `## Writing the files

A file holds a map \`monitor\`, a map \`alerter\`, or both: each from a name to its settings.

${fenced(
  'yaml',
  `# yaml-language-server: $schema=./docs/9volt.schema.json
x-often: &often { interval: 10s, critical-threshold: 3, critical-alerter: [team] }

monitor:
  shop-home:
    <<: *often
    type: http
    host: shop.example.com

alerter:
  team:
    type: email
    options: { to: team@example.com }`,
)}

- **Names** have ${NAME_EXPECTED}. No two monitors, and no two alerters, have the same, over all files.
  They are as they are written: \`010\` and \`1.20\` need no quotes.
- **Attributes at the top that start with \`x-\`** are yours: a place for anchors, as above. Any other is refused.
- **Other YAML may lie beside**: a file without \`monitor\` and without \`alerter\` at the top is skipped, and named, as long as \`--strict\` is not given. What is to be left out
  without a word stands in a file \`.9voltignore\` in the directory, or behind \`--exclude\`, in the words of a \`.gitignore\`. Directories whose names begin with
  a dot are not looked into.
- **A file is read once**, however many links lead to it, as where Kubernetes mounts a ConfigMap. Files are in UTF-8.
- **An attribute without a value** is a fault, not the default: leave it out.
- **Unknown attributes are refused**, with the name that was probably meant. So is an alerter that nobody declares.
- **Editors** complete and check the files with [9volt.schema.json](9volt.schema.json). Name it in the first line, as above
  (a path relative to the file, or an address), or once for all in the settings of VS Code, with its YAML extension:
  \`"yaml.schemas": { "./docs/9volt.schema.json": "monitoring/**/*.yaml" }\`. What depends on several attributes, such as a timeout
  below the interval, only \`9volt cfg validate <dir>\` tells.
- **Entries written straight into etcd** are validated by the leader. An invalid entry is quarantined; its last valid version keeps running, if there was one, and an event contains the reason.
- **A check that kills its process**, or has it hang, is quarantined after the second time. No worker then runs it until somebody edits it.

### Durations

A number with its unit: \`ns\`, \`us\`, \`ms\`, \`s\`, \`m\`, \`h\`, \`d\` (24 hours) or \`y\` (365 days). Terms may follow one another and have
a fraction: \`500ms\`, \`10s\`, \`1.5m\`, \`1h30m\`. A bare whole number is a count of nanoseconds. The longest is a year.

A **timeout** that is written down must be below the interval. One that is left out is its default, but not longer than the
interval or a second, whichever is more; so a monitor with \`interval: 1s\` needs no timeouts spelled out. When a run takes
longer than the interval, the runs that fall due meanwhile are skipped and counted: a monitor never overlaps itself.`;

const THRESHOLDS = `### Thresholds

9volt counts consecutive failures. At the \`warning-threshold\` the state becomes warning and 9volt notifies each \`warning-alerter\`; at the \`critical-threshold\` it becomes critical and 9volt notifies each \`critical-alerter\`, each of them once. Before the first threshold a
failing monitor is still ok, with a count above 0. The first success ends the incident, and 9volt sends one resolve to each alerter that it notified.

${table(
  ['warning-threshold', 'critical-threshold', 'What happens'],
  [
    ['–', '–', 'Critical at the first failure.'],
    ['–', '3', 'Critical at the third failure, never warning.'],
    ['1', '3', 'Warning at the first failure, critical at the third.'],
    ['2', '–', 'Warning at the second failure, never critical.'],
    ['3', '2', 'Refused: the warning threshold is above the critical one.'],
  ],
)}

#### The verdict of a check

Some checks have a verdict of their own: a plugin that exits with 1 means a warning. One rule for all types says how it meets the
thresholds. Results that are not ok are counted together, whatever their verdict; each has the state become what its own verdict allows.

${table(
  ['A result of', 'makes the state', 'and tells'],
  [
    [
      'warning',
      'warning at most: at the `warning-threshold`, or at the `critical-threshold` if that is the only one',
      'each `warning-alerter`',
    ],
    [
      'critical',
      'warning at the `warning-threshold`, critical at the `critical-threshold`',
      'each `warning-alerter`, then each `critical-alerter`',
    ],
    [
      'unknown',
      '`unknown` at once',
      'each `critical-alerter` (or `warning-alerter`, if there are no others), but not before the `critical-threshold` (or the `warning-threshold`, if that is the only one)',
    ],
  ],
)}

Unknown means that the check has no verdict: a plugin says so, the worker lacks a program or a permission, or 9volt itself could not run the check. Unknown never counts as ok and does not end an incident. Only a success does, so a state that was unknown stays so until a success, or until
the results have reached the threshold of something else.`;

const PINNING = `### Which workers run it, and when none does

A monitor with a \`member-tag\` runs on workers that were started with that tag (\`--tags\`); one without runs on workers that have no
tags. If there is no such worker, the dashboard shows the monitor as orphaned, and 9volt writes an event.

\`disable: true\`, a \`disable-until\` in the future and the removal of a monitor all end its open incident: 9volt tells each alerter that it notified, once, that the incident is closed, and why. So does a change of its type or target. A change of thresholds, alerters or description
keeps the incident.`;

const SECRETS = `Attributes marked *secret* are masked in every answer of the API and in what \`9volt cfg diff\` prints. They stand in clear in the YAML
files and in etcd: guard both, or keep secrets out of them:

### Secrets that stand elsewhere

\`\${env:NAME}\` stands for a variable of the worker's environment, \`\${file:/path}\` for the content of a file on the worker (at most 64 KiB, without the
line break at its end). They may be used in every option of an alerter and in every secret attribute of a monitor, alone or within a text:
\`Authorization: Bearer \${file:/etc/9volt/secrets/token}\`. A worker puts the secret in right before it runs the check or sends the notification, and reads it anew
each time. In etcd and in exports the reference stands as it was written, and in answers too if it stands alone. Where a target or a provider repeats the
secret, it is masked before that is kept or shown.

A check whose secret the worker cannot read is \`unknown\`, and its message contains the reason; a notification waits, and the worker retries. Whoever may write a
configuration can have what a worker may read sent to an address of their own. So a worker hands out only variables whose names begin with
\`NINEV_SECRET_\` and files in \`/etc/9volt/secrets/\`, unless [\`--secret-sources\`](cli.md#settings-of-a-node) says otherwise. The other variables of 9volt
itself (\`NINEV_…\`) are never handed out.

### How notifications are delivered

9volt retries a notification until the provider accepts or rejects it. It drops notifications to a deleted alerter after 10 minutes.`;

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

/** The rule, without what the section on durations says of all of them. */
function validOf({ kind, expected, maxLength }: AttributeMeta): string {
  if (kind === 'duration') return expected.replace(/ such as .*?\(or whole nanoseconds\)/, '');
  return maxLength === undefined ? expected : `${expected}; at most ${maxLength} characters`;
}

/** A value on one line, as YAML takes it. */
function value(of: unknown): string {
  return code(typeof of === 'string' && !/[\r\n]/.test(of) ? of : JSON.stringify(of));
}

async function example(type: string, readExample: ReadExample): Promise<string[]> {
  const path = `examples/types/${type}.yaml`;
  const lines = (await readExample(path)).split('\n').filter((line) => !line.startsWith('# yaml-language-server:'));
  return [`[${path}](../${path}):`, fenced('yaml', lines.join('\n'))];
}
