import { jest } from '@jest/globals';
import { configure } from '@testing-library/react';

// A busy machine may need longer than the default of one second.
configure({ asyncUtilTimeout: 8_000 });

/** Browser features that the component library needs and jsdom lacks. */
export function completeDom(): void {
  Object.assign(window, {
    matchMedia: (query: string) => ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
    }),
    scrollTo: () => undefined,
    ResizeObserver: class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  });
  Element.prototype.scrollIntoView = () => undefined;
  Object.defineProperty(document, 'fonts', {
    configurable: true,
    value: { addEventListener: () => undefined, removeEventListener: () => undefined },
  });
}

/** An API that answers by `METHOD path`, without the query, and records its requests. */
export function fakeApi(answers: Record<string, (body: unknown, url: URL) => unknown>): { asked: string[] } {
  const asked: string[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const key = `${request.method} ${decodeURIComponent(url.pathname)}`;
    asked.push(key);
    const answer = answers[key];
    const sent = await request.text();
    const body: unknown = answer?.(sent === '' ? undefined : JSON.parse(sent), url);
    if (body instanceof FakeProblem) return body.response();
    return answered(answer ? 200 : 404, answer ? body : { detail: `nothing at ${key}` });
  };
  Object.assign(globalThis, { fetch: jest.fn(fetch) });
  return { asked };
}

/** For tests with a {@link fakeApi}. */
export class FakeProblem {
  constructor(
    readonly status: number,
    readonly problem: object,
  ) {}

  response(): Response {
    return answered(this.status, this.problem);
  }
}

function answered(status: number, body: unknown): Response {
  return Response.json(body ?? null, { status, headers: { ETag: '"1"' } });
}
