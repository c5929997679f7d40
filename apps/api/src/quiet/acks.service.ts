import { type Acknowledgement, DomainError, type Pause, validateSettings } from '@9volt/contracts';
import { ClusterNode, keepsChanging, type QuietStore, untilAccepted } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import type { ShownAck, ShownPause } from './quiet.dto.js';
import { AckBody, endOf, PauseBody } from './quiet-bodies.js';
import { shownAck, shownPause } from './shown-quiet.js';

/** Acknowledgements of incidents, and monitors that are disabled for a while. */
@Injectable()
export class AcksService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  async acknowledge(name: string, raw: unknown): Promise<ShownAck> {
    const validated = validateSettings(AckBody, raw ?? {});
    if (!validated.ok) throw DomainError.invalid(validated.errors);
    const { comment, author, until, duration } = validated.value;
    const { state } = this.viewOf(name);
    if (!state?.incident || state.status === 'ok') {
      throw new DomainError('conflict', `The check '${name}' has no open incident to acknowledge`);
    }
    const expiry = endOf(until, duration, Date.now());
    const ack: Acknowledgement = {
      incident: state.incident.id,
      status: state.status,
      at: new Date().toISOString(),
      ...(author === undefined ? {} : { author }),
      ...(comment === undefined ? {} : { comment }),
      ...(expiry === undefined ? {} : { until: expiry }),
    };
    await this.replace(this.node.stores.ack, name, ack);
    this.node.events.emit('incident-acknowledged', `${author ?? 'somebody'} acknowledged ${name}${said(comment)}`, {
      monitor: name,
      details: { incident: ack.incident, status: ack.status },
    });
    return (
      shownAck(this.cache, name) ?? { ...ack, author: author ?? null, comment: comment ?? null, until: expiry ?? null }
    );
  }

  async unacknowledge(name: string): Promise<string> {
    this.viewOf(name);
    if (!(await this.replace(this.node.stores.ack, name, undefined))) {
      throw new DomainError('not-found', `The incident of '${name}' is not acknowledged`);
    }
    this.node.events.emit('acknowledgement-removed', `the acknowledgement of ${name} was removed`, { monitor: name });
    return `The incident of '${name}' is no longer acknowledged`;
  }

  async pause(name: string, raw: unknown): Promise<ShownPause> {
    const validated = validateSettings(PauseBody, raw ?? {});
    if (!validated.ok) throw DomainError.invalid(validated.errors);
    const { comment, author, until, duration } = validated.value;
    this.viewOf(name);
    const pause: Pause = {
      until: endOf(until, duration, Date.now()) as string,
      at: new Date().toISOString(),
      ...(author === undefined ? {} : { author }),
      ...(comment === undefined ? {} : { comment }),
    };
    await this.replace(this.node.stores.pause, name, pause);
    this.node.events.emit(
      'monitor-paused',
      `${author ?? 'somebody'} disabled ${name} until ${pause.until}${said(comment)}`,
      {
        monitor: name,
      },
    );
    return shownPause(this.cache, name) ?? { ...pause, author: author ?? null, comment: comment ?? null };
  }

  async resume(name: string): Promise<string> {
    this.viewOf(name);
    if (!(await this.replace(this.node.stores.pause, name, undefined))) {
      throw new DomainError('not-found', `The check '${name}' is not disabled for a time`);
    }
    this.node.events.emit('monitor-resumed', `the checks of ${name} continue`, { monitor: name });
    return `The checks of '${name}' continue`;
  }

  private viewOf(name: string): MonitorView {
    const view = this.cache.monitors.get(name);
    if (!view?.declared) throw new DomainError('not-found', `Unable to find any check named '${name}'`);
    return view;
  }

  /** Answers whether there was one before. */
  private replace<T extends object>(store: QuietStore<T>, name: string, next: T | undefined): Promise<boolean> {
    const write = async (): Promise<boolean | 'refused'> => {
      const stored = await store.read(name);
      if (!next && stored.modRevision === 0) return false;
      const written = await store.replace(name, stored, next);
      if (written.outcome === 'refused') return 'refused';
      await this.cache.awaitWrite(written.revision);
      return stored.modRevision !== 0;
    };
    return untilAccepted(write, () => keepsChanging(`'${name}'`));
  }
}

function said(comment: string | undefined): string {
  return comment === undefined ? '' : `: ${comment}`;
}
