import { setTimeout as sleep } from 'node:timers/promises';
import type { components } from '@9volt/contracts/api-types';
import { ApiClient, type ApiOptions } from '../api/api-client.js';

type State = components['schemas']['State'];

/** Waits until every monitor of the demo has its first result; answers a summary. */
export async function awaitDemo(
  api: ApiOptions,
  names: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const client = new ApiClient(api);
  const until = performance.now() + timeoutMs;
  let states: State[] = [];
  while (performance.now() < until && !signal.aborted) {
    const all = await client.get<State[]>('/api/v1/state').catch((): State[] => []);
    states = all.filter((state) => names.includes(state.check));
    if (states.length === names.length && states.every((state) => state.status === 'ok')) break;
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
  const wrong = states.filter((state) => state.status !== 'ok');
  if (states.length === names.length && wrong.length === 0) return `demo checks ok: ${names.join(', ')}`;
  return `demo checks not ok yet: ${wrong.map((state) => `${state.check} is ${state.status} (${state.message})`).join(', ') || 'no state'}`;
}
