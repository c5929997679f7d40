import type { Member } from '@9volt/contracts';
import type { CacheRecord } from '../cache/records.js';
import type { StreamType } from './change-log.js';

export interface Changes {
  /** Types and ids of what subscribers read again. */
  told: [StreamType, string][];
  /** Statuses of other monitors may have changed, too. */
  sweeps: boolean;
}

/** What the change of a record in etcd means for subscribers. */
export function changesOf(record: CacheRecord, liveMembers: Iterable<Member>): Changes {
  switch (record.kind) {
    case 'event':
      return tells(['event', record.event.id]);
    case 'latest':
      return tells(['result', record.latest.monitor]);
    case 'monitor':
      return tells(['monitor', record.name], ['state', record.name]);
    case 'state':
      return tells(['state', record.name]);
    case 'origin':
      return record.noun === 'monitor' ? tells(['state', record.name]) : tells();
    case 'assignment':
    case 'poison':
    case 'ack':
    case 'pause':
      return tells(['state', record.monitor]);
    case 'member':
      return { ...tells(['member', record.member.MemberID]), sweeps: true };
    case 'drain': {
      const drained = [...liveMembers].filter(({ Name }) => Name === record.worker);
      return { told: drained.map(({ MemberID }) => ['member', MemberID]), sweeps: true };
    }
    case 'director':
      return tells(['member', record.director.MemberID]);
    case 'silence':
    case 'maintenance':
      return { told: [], sweeps: true };
    case 'config':
    case 'coverage':
    case 'alerter':
    case 'status-page':
    case 'report':
    case 'report-sent':
    case 'incident':
    case 'outbox':
    case 'vitals':
    case 'vitals-index':
    case 'request':
      return tells();
  }
}

function tells(...told: [StreamType, string][]): Changes {
  return { told, sweeps: false };
}
