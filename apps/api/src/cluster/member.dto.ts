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

/** A shown member. A newer worker may report more of its load. */
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
            checks: { ...count, description: 'Number of assigned monitors.' },
            checksPerSecond: number,
            latenessP99Ms: { ...number, description: 'Milliseconds from the due time of a check to its start.' },
            overruns: {
              ...count,
              description: 'Checks skipped because the previous one was still running, since the start of the worker.',
            },
          },
          [],
          'Load of a worker over the last dump interval.',
        ),
        additionalProperties: true,
      },
      Short: { ...text, description: 'Resource that the worker lacks, such as file descriptors.' },
      Overloaded: { ...text, description: 'How the worker does not keep up with its checks, in words.' },
      UptimeMs: { ...count, description: 'Milliseconds since its start, by the clock of the node that answers.' },
      Assigned: { ...count, description: 'Number of assigned monitors.' },
      AssignedLoad: { ...number, description: 'Sum of the weights of its monitors; the leader balances this.' },
      Draining: { ...flag, description: 'True if an operator drained this worker.' },
      Detached: {
        ...flag,
        description:
          'True if the worker no longer writes to etcd, or its membership expired while it still has monitors. It may continue to run them.',
      },
      ClockOffsetMs: {
        ...numberOrNull,
        description:
          'Milliseconds by which its clock is ahead of the clock of the node that answers; behind when negative. Null while it is not known, and up to 5 s.',
      },
      Leader: flag,
    },
    ['Load', 'Short', 'Overloaded'],
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
