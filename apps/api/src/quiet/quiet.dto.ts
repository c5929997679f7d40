import { MaintenanceSettings, matcherSchema, type Matcher, SILENCE_PHASES } from '@9volt/contracts';
import { bodySchema } from '../common/body-schema.js';
import { EXAMPLE_AT } from '../common/example-facts.js';
import { Origin } from '../common/origin.dto.js';
import {
  component,
  count,
  flag,
  instant,
  instantOrNull,
  list,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Schema,
  type Shape,
  text,
  textOrNull,
  told,
} from '../common/shape.js';
import { AckBody, CommentBody, PauseBody, SilenceBody } from './quiet-bodies.js';

const match: Schema<Matcher> = {
  ...matcherSchema(),
  description: 'The monitors that it is about. All conditions must hold.',
};
const EXAMPLE_MATCH = { name: 'web-*', tags: ['shop'] };
const EXAMPLE_END = '2026-06-01T12:10:00.000Z';

export const Silence = component(
  'Silence',
  object({
    id: text,
    match,
    start: instant,
    end: instant,
    comment: text,
    author: textOrNull,
    createdAt: instant,
    phase: oneOfTexts(SILENCE_PHASES),
    monitors: { ...count, description: 'Number of monitors that match at present; 0 once it has expired.' },
    incidents: { ...count, description: 'Number of open incidents among them.' },
  }),
  {
    id: '0mbd3k9x40000abcdefghijk',
    match: EXAMPLE_MATCH,
    start: EXAMPLE_AT,
    end: EXAMPLE_END,
    comment: 'Update of the web servers',
    author: 'kim',
    createdAt: EXAMPLE_AT,
    phase: 'active',
    monitors: 12,
    incidents: 1,
  },
);
export type ShownSilence = Shape<typeof Silence>;
export const SilenceList = component('SilenceList', list(ref(Silence)), [Silence.example as ShownSilence]);
export const SilenceRequest = component<object>('SilenceRequest', bodySchema(SilenceBody), {
  match: EXAMPLE_MATCH,
  duration: '10m',
  comment: 'Update of the web servers',
  author: 'kim',
});

export const MatchRequest = component<object>('MatchRequest', object({ match }), { match: EXAMPLE_MATCH });
export const MatchPreview = component(
  'MatchPreview',
  object({
    monitors: { ...count, description: 'Number of monitors that match at present.' },
    names: { ...list(text), description: 'Their names, at most 1,000.' },
    incidents: list(object({ monitor: text, status: told, since: instant, message: text })),
    everything: { ...flag, description: 'True if no condition excludes a monitor; such a silence needs `force`.' },
  }),
  {
    monitors: 2,
    names: ['web-1', 'web-2'],
    incidents: [{ monitor: 'web-1', status: 'critical', since: EXAMPLE_AT, message: 'connection refused' }],
    everything: false,
  },
);
export type ShownMatches = Shape<typeof MatchPreview>;

export const Ack = component(
  'Ack',
  object({
    incident: text,
    status: { ...told, description: 'The status that was acknowledged. A worse one is notified.' },
    at: instant,
    author: textOrNull,
    comment: textOrNull,
    until: { ...instantOrNull, description: 'When it expires. Null: at recovery.' },
  }),
  { incident: '1042.7', status: 'critical', at: EXAMPLE_AT, author: 'kim', comment: 'On it', until: null },
);
export type ShownAck = Shape<typeof Ack>;
export const AckRequest = component<object>('AckRequest', bodySchema(AckBody), { comment: 'On it', author: 'kim' });

export const CommentRequest = component<object>('CommentRequest', bodySchema(CommentBody), {
  text: 'A cable was cut',
  author: 'kim',
});

export const Pause = component(
  'Pause',
  object({ until: instant, at: instant, author: textOrNull, comment: textOrNull }),
  { until: EXAMPLE_END, at: EXAMPLE_AT, author: 'kim', comment: 'Moves to another data centre' },
);
export type ShownPause = Shape<typeof Pause>;
export const PauseRequest = component<object>('PauseRequest', bodySchema(PauseBody), {
  duration: '10m',
  author: 'kim',
});

export const Maintenance = component<object>(
  'Maintenance',
  { ...bodySchema(MaintenanceSettings), description: 'A maintenance window.' },
  { match: { tags: ['shop'] }, schedule: '0 3 * * 7', duration: '2h', 'time-zone': 'Europe/Berlin', mode: 'quiet' },
);
const window = object({ start: instant, end: instant });
export const ShownMaintenance = component(
  'ShownMaintenance',
  object({
    name: text,
    config: orNull(ref('Maintenance')),
    open: { ...orNull(window), description: 'The window that is open at present.' },
    changesAt: { ...instantOrNull, description: 'When a window begins or ends next.' },
    monitors: { ...count, description: 'Number of monitors that match at present.' },
    reason: { ...textOrNull, description: 'Why the entry in etcd is invalid. Null if it is valid.' },
    origin: {
      ...orNull(ref(Origin)),
      description:
        'Where the window comes from; null if nobody noted it. The next push of its files overwrites what is changed elsewhere.',
    },
  }),
  {
    name: 'weekly-update',
    config: Maintenance.example as Record<string, unknown>,
    open: null,
    changesAt: '2026-06-07T01:00:00.000Z',
    monitors: 12,
    reason: null,
    origin: { from: 'files', set: 'shop' },
  },
);
export type ShownMaintenance = Shape<typeof ShownMaintenance>;
export const MaintenanceList = component('MaintenanceList', list(ref(ShownMaintenance)), [
  ShownMaintenance.example as ShownMaintenance,
]);
