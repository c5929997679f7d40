import { notificationStages } from '@9volt/worker';
import { code, fenced, table } from './markdown.js';
import { fillTemplate, type ReadText } from './template.js';

/** How alarms are decided, with the stages of the pipeline as the worker has them. */
export async function notificationsGuide(read: ReadText): Promise<string> {
  const rows = notificationStages.map(({ reason, rule, example }, n) => [String(n + 1), code(reason), rule, example]);
  return fillTemplate('notifications.md', read, {
    figure: fenced('mermaid', figure()),
    stages: table(['', 'Stage', 'When it holds back an alarm', 'Example'], rows),
  });
}

function figure(): string {
  const names = notificationStages.map(({ reason }) => reason);
  const chain = [
    'pending[an alarm is pending]',
    ...names.map((name) => `${name}{${name}}`),
    'outbox[the alarm is sent]',
  ];
  return [
    'flowchart LR',
    `  ${chain.join(' --> ')}`,
    ...names.map((name) => `  ${name} -. holds .-> held`),
    '  held[held, with its reason in the state] -. the reason ends .-> pending',
    '  resolve[a resolve is pending] --> outbox',
  ].join('\n');
}
