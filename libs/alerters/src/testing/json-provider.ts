import { plainReply, startHttpStandIn, type HttpExchange, type HttpReply } from './http-stand-in.js';
import { Recorder, type StandIn } from './stand-in.js';

export interface JsonProvider<M> {
  alerter: (origin: string) => StandIn<M>['alerter'];
  /** All faults of the request, against the provider's documentation. */
  problems(json: unknown, exchange: HttpExchange): string[];
  accepted: HttpReply;
  refused: HttpReply;
  revoked: HttpReply;
  gone: HttpReply;
  /** If the provider says it elsewhere than in a Retry-After header. */
  limited?: (retryAfterS: number) => HttpReply;
}

/** A provider that accepts one kind of JSON at one path, and records it. */
export function startJsonProvider<M>(provider: JsonProvider<M>): Promise<StandIn<M>> {
  const recorder = new Recorder<M>();
  const answer = (exchange: HttpExchange): HttpReply | 'hang' => {
    const json = parsed(exchange.body);
    const declared = /^application\/json\b/.test(exchange.headers['content-type'] ?? '');
    const behaviour = recorder.take(json as M, [
      ...(json !== undefined && declared ? [] : ['the body is not declared as JSON, or is none']),
      ...provider.problems(json, exchange),
    ]);
    if (behaviour.kind === 'rate-limit' && provider.limited) return provider.limited(behaviour.retryAfterS);
    const plain = plainReply(behaviour, exchange);
    if (plain) return plain;
    switch (behaviour.kind) {
      case 'accept':
        return provider.accepted;
      case 'revoked':
        return provider.revoked;
      case 'gone':
        return provider.gone;
      default:
        return provider.refused;
    }
  };
  return startHttpStandIn(recorder, answer, provider.alerter);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
