import { component, flag, object, text } from '../common/shape.js';

export const ClusterSettings = component(
  'ClusterSettings',
  object(
    {
      HeartbeatInterval: {
        ...text,
        description: 'How often a member renews its lease, at most; at most half of the timeout.',
      },
      HeartbeatTimeout: {
        ...text,
        description: 'After so long without it, others take over what a member had; at least 2s.',
      },
      StateDumpInterval: { ...text, description: 'How often results are dumped; at least 1s.' },
      'coverage-alerter': {
        ...text,
        description: 'The alerter that the leader itself tells when the coverage falls below 99 %.',
      },
      'dead-man-url': {
        ...text,
        description: 'Called once a minute while the coverage is good. Masked.',
        'x-secret': true,
      },
      'compact-etcd': { ...flag, description: 'False when something else compacts etcd. Default: `true`.' },
    },
    ['coverage-alerter', 'dead-man-url', 'compact-etcd'],
    'What holds for all processes. Intervals are durations such as `3s`.',
  ),
  { HeartbeatInterval: '3s', HeartbeatTimeout: '6s', StateDumpInterval: '10s', 'coverage-alerter': 'team-slack' },
);
