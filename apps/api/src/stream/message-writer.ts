import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { ClusterService } from '../cluster/cluster.service.js';
import { maskMonitor } from '../settings/settings-kind.js';
import { lookedResult, shownState } from '../states/state-shape.js';
import type { LogEntry } from './change-log.js';

/** Server-sent events (HTML standard, section 9.2) with the present content of things. */
@Injectable()
export class MessageWriter {
  constructor(
    private readonly cache: ClusterCache,
    private readonly cluster: ClusterService,
  ) {}

  /** `ready`: everything after it is new. `reset`: earlier messages are out of date, read everything again. */
  control(event: 'ready' | 'reset', id: string): string {
    return `event: ${event}\nid: ${id}\ndata: {"revision":${this.cache.revision}}\n\n`;
  }

  /** All of them, the last with the id from which to resume. Empty if there is nothing to send. */
  messages(entries: readonly LogEntry[], id: string): string {
    const texts = entries.flatMap((entry) => {
      const data = this.data(entry);
      return data === undefined ? [] : [`event: ${entry.type}\ndata: ${JSON.stringify(data)}\n`];
    });
    return texts.map((text, n) => (n === texts.length - 1 ? `${text}id: ${id}\n\n` : `${text}\n`)).join('');
  }

  private data({ type, id }: LogEntry): object | undefined {
    switch (type) {
      case 'event':
        return this.cache.events.get(id);
      case 'member':
        return this.cluster.member(id) ?? { MemberID: id, removed: true };
      case 'result': {
        const view = this.cache.monitors.get(id);
        return view?.exists && view.looked ? lookedResult(view, view.looked) : undefined;
      }
      case 'state': {
        const view = this.cache.monitors.get(id);
        return view?.exists ? shownState(this.cache, view, Date.now()) : { check: id, name: id, removed: true };
      }
      case 'monitor': {
        const declared = this.cache.monitors.get(id)?.declared;
        if (!declared) return { name: id, removed: true };
        const config = declared.settings ? maskMonitor(declared.settings) : null;
        return { name: id, revision: declared.revision, config };
      }
    }
  }
}
