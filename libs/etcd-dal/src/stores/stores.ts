import type { EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { HandbackStore } from './handback.store.js';
import { IncidentStore } from './incident.store.js';
import { OutboxStore } from './outbox.store.js';
import { StateStore } from './state.store.js';

/** What 9volt keeps in etcd, by noun: each store reads parsed records with their revision and names the writes that are made of them. */
export class Stores {
  readonly state: StateStore;
  readonly incident: IncidentStore;
  readonly outbox: OutboxStore;
  readonly handback: HandbackStore;

  constructor(client: EtcdClient, keys: Keyspace) {
    this.state = new StateStore(client, keys);
    this.incident = new IncidentStore(client, keys);
    this.outbox = new OutboxStore(client, keys, this.incident);
    this.handback = new HandbackStore(client, keys);
  }
}
