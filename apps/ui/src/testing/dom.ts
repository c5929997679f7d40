import { jest } from '@jest/globals';

/** What the component library asks of a browser, and jsdom has not. */
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

/** An API that answers by `METHOD path`, the query left out, and notes what it was asked. */
export function fakeApi(answers: Record<string, (body: unknown, url: URL) => unknown>): { asked: string[] } {
  const asked: string[] = [];
  const fetch = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const url = new URL(path, 'http://localhost');
    const key = `${init.method ?? 'GET'} ${decodeURIComponent(url.pathname)}`;
    asked.push(key);
    const answer = answers[key];
    const body: unknown = answer?.(init.body === undefined ? undefined : JSON.parse(String(init.body)), url);
    if (body instanceof FakeProblem) return body.response();
    return answered(answer ? 200 : 404, answer ? body : { detail: `nothing at ${key}` });
  };
  Object.assign(globalThis, { fetch: jest.fn(fetch) });
  return { asked };
}

/** To be answered by a {@link fakeApi}. */
export class FakeProblem {
  constructor(
    readonly status: number,
    readonly problem: object,
  ) {}

  response(): unknown {
    return answered(this.status, this.problem);
  }
}

function answered(status: number, body: unknown): unknown {
  return {
    ok: status < 400,
    status,
    statusText: '',
    headers: new Map([['ETag', '"1"']]),
    json: async () => structuredClone(body),
  };
}
