import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import {
  component,
  count,
  flag,
  instant,
  number,
  numberOrNull,
  object,
  oneOfTexts,
  type Shape,
  text,
  texts,
} from '../common/shape.js';

/** A member as it is shown. A newer worker may tell more of its load. */
export const Member = component(
  'Member',
  object(
    {
      MemberID: text,
      Name: text,
      Role: oneOfTexts(['server', 'scheduler', 'worker', 'api']),
      Hostname: text,
      ListenAddress: text,
      Tags: texts,
      Version: text,
      SemVer: text,
      StartedAt: instant,
      LastUpdated: instant,
      Load: {
        ...object(
          {
            checks: { ...count, description: 'Monitors it holds.' },
            checksPerSecond: number,
            latenessP99Ms: { ...number, description: 'Milliseconds from when a check was due to its start.' },
            overruns: { ...count, description: 'Due runs skipped since the one before still ran, since its start.' },
          },
          [],
          'What a worker tells of its work, over the last dump interval.',
        ),
        additionalProperties: true,
      },
      Short: { ...text, description: 'What a worker runs short of, file descriptors for instance.' },
      UptimeMs: { ...count, description: 'Since it started, by the clock of the node that answers.' },
      Assigned: { ...count, description: 'Monitors assigned to it.' },
      AssignedLoad: { ...number, description: 'Sum of the weights of what it is to run: what the leader balances.' },
      Draining: { ...flag, description: 'Kept empty by an operator.' },
      Detached: {
        ...flag,
        description:
          'A worker that writes nothing to etcd any more, or whose membership is over while monitors are still assigned to it: it may run on what it has.',
      },
      ClockOffsetMs: {
        ...numberOrNull,
        description:
          'Milliseconds by which its clock is ahead of the clock of the node that answers; behind when negative. Null while it is not known, and up to 5 s.',
      },
      Leader: flag,
    },
    ['Load', 'Short'],
  ),
  {
    MemberID: EXAMPLE_WORKER,
    Name: 'worker-1',
    Role: 'worker',
    Hostname: 'host-1',
    ListenAddress: '127.0.0.1:8082',
    Tags: [],
    Version: '0.1.0',
    SemVer: '0.1.0',
    StartedAt: EXAMPLE_AT,
    LastUpdated: EXAMPLE_AT,
    UptimeMs: 86_400_000,
    Load: { checks: 120, checksPerSecond: 12, latenessP99Ms: 2.4, overruns: 0 },
    Assigned: 120,
    AssignedLoad: 24.2,
    Draining: false,
    Detached: false,
    ClockOffsetMs: null,
    Leader: false,
  },
);
export type ShownMember = Shape<typeof Member>;
