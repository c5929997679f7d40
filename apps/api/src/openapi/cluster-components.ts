import type { JsonSchema } from '@9volt/contracts';
import { PLACEMENT_VERDICTS } from '../placement/explain-placement.js';
import {
  count,
  flag,
  instant,
  instantOrNull,
  list,
  map,
  number,
  object,
  ref,
  text,
  textOrNull,
  texts,
} from './schema-parts.js';

const memberProperties: Record<string, JsonSchema> = {
  MemberID: text,
  Name: text,
  Role: { type: 'string', enum: ['server', 'scheduler', 'worker', 'api'] },
  Hostname: text,
  ListenAddress: text,
  Tags: texts,
  Version: text,
  SemVer: text,
  StartedAt: instant,
  LastUpdated: instant,
  Load: {
    ...object({ checks: count, checksPerSecond: number, latenessP99Ms: number, overruns: count }),
    // A newer worker may tell more.
    additionalProperties: true,
  },
  Assigned: { ...count, description: 'Monitors assigned to it.' },
  Draining: { ...flag, description: 'Kept empty by an operator.' },
  Leader: flag,
};

/** Schemas of who takes part, and of who runs what. */
export const clusterComponents: Record<string, JsonSchema> = {
  Cluster: object({
    Members: map(ref('Member')),
    Director: { oneOf: [ref('Director'), { type: 'null' }] },
    Drains: { ...list(ref('Drain')), description: 'Workers that are kept empty, by name.' },
    Orphans: { ...texts, description: 'Monitors that no live worker may run.' },
    Quarantined: list(ref('Quarantined')),
    Outbox: object({ depth: count, oldestAgeMs: number }, [], 'Notifications owed.'),
  }),
  Member: object(memberProperties, ['Load']),
  Director: object({ MemberID: text, LastUpdate: instant }),
  Drain: object({
    name: text,
    since: { ...instantOrNull, description: 'Null when the key was written by hand.' },
    by: { ...textOrNull, description: 'Id of the member that was asked for it.' },
    members: { ...texts, description: 'Ids of the members of that name that take part at present.' },
    assigned: { ...count, description: 'Monitors that are still assigned to them.' },
  }),
  Quarantined: object({
    kind: { type: 'string', enum: ['monitor', 'alerter'] },
    name: text,
    running: { ...flag, description: 'The last good version still runs.' },
    errors: list(ref('FieldProblem')),
  }),
  Placement: object({
    name: text,
    verdict: {
      type: 'string',
      enum: [...PLACEMENT_VERDICTS],
      description:
        '`runs` on `worker`; `moving`: there until it is handed over to `to`; `closing`: not checked, `worker` finishes what is left to tell; `waiting` for a worker; `nowhere` until something is changed.',
    },
    message: { ...text, description: 'The whole of it in a sentence.' },
    worker: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    to: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    since: { ...instantOrNull, description: 'Since when its worker has it.' },
    cause: { ...textOrNull, description: 'Why it was given to that worker, in the words of the leader.' },
    tag: { ...textOrNull, description: 'The `member-tag` that decides who may run it.' },
    weight: { ...number, description: 'Its own part of a load.' },
    candidates: {
      ...list(ref('PlacementCandidate')),
      description: 'All workers: those that may run it first, the least loaded of them first.',
    },
    errors: { ...list(ref('FieldProblem')), description: 'What is wrong with its configuration, when it is refused.' },
  }),
  PlacementCandidate: object({
    id: text,
    name: text,
    tags: texts,
    eligible: { ...flag, description: 'Whether it may be given the monitor.' },
    objection: { ...textOrNull, description: 'Why not.' },
    assigned: { ...count, description: 'Monitors it holds.' },
    load: { ...number, description: 'Sum of the weights of what it is to run: what the leader balances.' },
  }),
  WorkerName: object({ id: text, name: text }),
};
