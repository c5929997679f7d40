import type { Schemas } from './api-client.js';
import type { paths } from '@9volt/contracts/api-types';

/** A query of states. */
export type StatesQuery = NonNullable<paths['/api/v1/state']['get']['parameters']['query']>;
export type StateChange = Schemas['StateChange'];
export type ResultChange = Schemas['ResultChange'];
export type ClusterEvent = Schemas['Event'];
/** The streamed form: without the configuration and the uptime. */
export type LiveState = Omit<Schemas['State'], 'config' | 'uptime'>;
export type Status = LiveState['status'];

export interface Live {
  connection: 'connecting' | 'live' | 'reconnecting' | 'unauthorized';
  /** Why it is not live. */
  error: string | undefined;
  /** Since when the shown data may be out of date, if so; milliseconds since the epoch. */
  staleSince: number | undefined;
  /** Until all states are read: those that the page shows first, in its order. */
  first?: readonly LiveState[] | undefined;
  /** By name; undefined until first read. */
  states: ReadonlyMap<string, LiveState> | undefined;
  /** Newest first; undefined until first read. */
  events: readonly ClusterEvent[] | undefined;
}

/** Other data that may be out of date, for those who have read it. */
export interface Changes {
  /** Everything: the connection is new. */
  all?: boolean;
  /** Names of monitors whose state changed. */
  states?: readonly string[];
  /** Names of monitors whose configuration changed. */
  monitors?: readonly string[];
  members?: boolean;
  /** Of monitors that somebody looks at. */
  results?: readonly ResultChange[];
}
