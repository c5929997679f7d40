import { component, flag, object, text } from '../common/shape.js';

export const ClusterSettings = component(
  'ClusterSettings',
  object(
    {
      HeartbeatInterval: {
        ...text,
        description: 'Interval at which a member renews its lease. At most half of the timeout.',
      },
      HeartbeatTimeout: {
        ...text,
        description:
          'After this time without a heartbeat, other workers take over the monitors of a member. At least 2s.',
      },
      StateDumpInterval: { ...text, description: 'Interval at which workers write results to etcd. At least 1s.' },
      'coverage-alerter': {
        ...text,
        description: 'Alerter that the leader notifies when the coverage falls below 99 %.',
      },
      'dead-man-url': {
        ...text,
        description:
          'The leader calls this address once a minute while the coverage is good, so that another system can alert when the calls stop. Masked.',
        'x-secret': true,
      },
      'compact-etcd': { ...flag, description: 'Set it to false if something else compacts etcd. Default: `true`.' },
    },
    ['coverage-alerter', 'dead-man-url', 'compact-etcd'],
    'Settings of all processes of the cluster. Intervals are durations such as `3s`.',
  ),
  { HeartbeatInterval: '3s', HeartbeatTimeout: '6s', StateDumpInterval: '10s', 'coverage-alerter': 'team-slack' },
);
