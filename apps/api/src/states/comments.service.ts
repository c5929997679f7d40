import { DomainError, type IncidentComment, validateSettings } from '@9volt/contracts';
import { ClusterNode, keepsChanging, untilAccepted, withComment } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { CommentBody } from '../quiet/quiet-bodies.js';
import type { ShownIncident } from './state.dto.js';
import { shownIncident } from './state-shape.js';

/** What people write about incidents, for those who come later and for reports. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  /** Throws `invalid`, `not-found` and `conflict`. */
  async add(name: string, number: string, raw: unknown): Promise<ShownIncident> {
    const validated = validateSettings(CommentBody, raw ?? {});
    if (!validated.ok) throw DomainError.invalid(validated.errors);
    const { text, author } = validated.value;
    const n = /^\d{1,9}$/.test(number) ? Number(number) : Number.NaN;
    const comment: IncidentComment = {
      at: new Date().toISOString(),
      ...(author === undefined ? {} : { author }),
      text,
    };
    const { incident } = this.node.stores;
    const commented = await untilAccepted(
      async () => {
        const stored = Number.isNaN(n) ? undefined : (await incident.readAll(name, [n])).get(n);
        if (!stored?.record) {
          throw new DomainError('not-found', `The check '${name}' has no incident with the number ${number}`);
        }
        const { record, modRevision } = stored;
        const next = withComment(record, comment);
        const written = await incident.comment(name, { record, modRevision }, next);
        if (written.outcome === 'refused') return 'refused';
        await this.cache.awaitWrite(written.revision);
        return next;
      },
      () => keepsChanging(`the incident ${number} of '${name}'`),
    );
    this.node.events.emit(
      'incident-commented',
      `${author ?? 'somebody'} commented on incident ${n} of ${name}: ${text}`,
      {
        monitor: name,
        details: { incident: commented.id },
      },
    );
    return shownIncident(n, commented);
  }
}
