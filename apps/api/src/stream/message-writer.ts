import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { ClusterService } from '../cluster/cluster.service.js';
import { maskMonitor } from '../settings/settings-kind.js';
import { shownState } from '../states/state-shape.js';
import type { LogEntry } from './change-log.js';

/** Server-sent events (HTML standard, section 9.2) of what something is now. */
@Injectable()
export class MessageWriter {
  constructor(
    private readonly cache: ClusterCache,
    private readonly cluster: ClusterService,
  ) {}

  /** `ready`: what follows is new. `reset`: what was told before is out of date, read everything again. */
  control(event: 'ready' | 'reset', id: string): string {
    return `event: ${event}\nid: ${id}\ndata: {"revision":${this.cache.revision}}\n\n`;
  }

  /** All of them, the last with the id from which to resume. Empty when there is nothing to tell. */
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
