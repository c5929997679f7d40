import type { RequestBody } from '@9volt/contracts';

export interface Server {
  /** Tags of this worker. */
  tags: readonly string[];
  owns(monitor: string): boolean;
}

/** Whether this worker may answer: only the owner runs a monitor; a configuration is tested where it would run. */
export function mayServe(body: RequestBody, { tags, owns }: Server): boolean {
  switch (body.kind) {
    case 'run':
      return owns(body.monitor);
    case 'test-monitor': {
      const tag = body.memberTag ?? body.settings?.['member-tag'];
      return tag === undefined ? tags.length === 0 : tags.includes(tag);
    }
    case 'test-alerter':
      return true;
    default:
      // Of a newer version.
      return false;
  }
}
