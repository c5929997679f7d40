import type { MonitorState } from '@9volt/contracts';
import type { Stage } from './stage.js';

export const dependencyStage: Stage = {
  reason: 'dependency',
  rule: 'While a parent of the monitor (`depends-on`) is not ok. After this monitor began to fail: until each parent was checked, at most for `depends-wait`. After a parent recovered: until this monitor was checked.',
  example: 'The parent "router" is critical',
  hold({ before }, { parents, state }, now) {
    const failingSince = Date.parse(state.failureSeenAt ?? state.firstFailureAt ?? state.since);
    for (const parent of parents) {
      const { name: by, waitMs, wellSince } = parent;
      if (parent.state && !isWell(parent.state)) return { by, text: textOf(by, parent.state) };
      const until = failingSince + waitMs;
      if (now < until && parent.judgedAt < failingSince) {
        return { by, until, text: `The parent "${by}" was not checked since this monitor began to fail` };
      }
      const waited = before?.reason === 'dependency' && before.by === by;
      if (waited && wellSince !== undefined && Date.parse(state.lastRunAt ?? '') < wellSince) {
        return { by, text: `This monitor was not checked since the parent "${by}" recovered` };
      }
    }
    return undefined;
  },
};

/** Not while it fails below its thresholds: its status will be known soon. */
export function isWell({ status, count }: Pick<MonitorState, 'status' | 'count'>): boolean {
  return status === 'ok' && count === 0;
}

function textOf(name: string, { status }: MonitorState): string {
  return status === 'ok' ? `The parent "${name}" begins to fail` : `The parent "${name}" is ${status}`;
}
