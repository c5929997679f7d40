import type { WireResponse } from '@9volt/net';
import type { CookieJar } from 'tough-cookie';
import type { Scope } from '@9volt/process';
import type { ProbeRun } from '../probe/probe-run.js';
import { digestAuthorization, digestChallenge, type Login } from './digest.js';
import { exchange, type Route } from './exchange.js';
import { isRedirect, locationOf, MAX_REDIRECTS, redirected } from './redirect.js';
import { type HttpRequest, originOf, urlOf } from './request.js';

export interface RedirectRules {
  route: Route;
  /** Whether to follow redirects. */
  follows: boolean;
  /** Whether the operator expects a status: then the check ends with it, even if it redirects. */
  isAwaited: (status: number) => boolean;
  /** Credentials for a target that requires digest authentication. */
  digest: Login | undefined;
}

/** How often to answer a challenge: twice, because the target may call the first answer stale. */
const MAX_ANSWERS = 2;

/** The response after all redirects and challenges of the target. */
export async function respond(
  first: HttpRequest,
  rules: RedirectRules,
  run: ProbeRun,
  scope: Scope,
): Promise<WireResponse> {
  const { follows, isAwaited, digest } = rules;
  let { route } = rules;
  let request = first;
  let authorization: string | undefined;
  let jar: CookieJar | undefined;
  let answers = 0;
  for (let redirects = 0; ;) {
    const cookie = jar && cookiesFor(jar, urlOf(request));
    const isFirst = request === first && cookie === undefined && authorization === undefined;
    const sent = isFirst ? first : { ...request, cookie, authorization, encoded: undefined };
    const { response, close } = await exchange(sent, route, run, scope);
    run.odd = response.oddities;
    const { status } = response;
    const challenge = status === 401 && digest ? digestChallenge(response.headers('WWW-Authenticate')) : undefined;
    if (
      digest &&
      challenge &&
      answers < MAX_ANSWERS &&
      originOf(request) === originOf(first) &&
      !isRefused(answers, challenge)
    ) {
      close();
      answers += 1;
      authorization = digestAuthorization(challenge, digest, request);
      continue;
    }
    if (!follows || !isRedirect(status) || isAwaited(status)) return response;
    const location = locationOf(response);
    if (location === '') return response;
    close();
    if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    redirects += 1;
    answers = 0;
    authorization = undefined;
    jar = await withCookies(jar, response, urlOf(request));
    request = redirected(request, status, location);
    if (originOf(request) !== originOf(first)) route = toOtherOrigin(route);
  }
}

/** A target that got our answer and does not call it stale rejects it. */
function isRefused(answers: number, challenge: Readonly<Record<string, string>>): boolean {
  return answers > 0 && challenge['stale']?.toLowerCase() !== 'true';
}

/** Cookies live as long as the check: a page that sets one and redirects to itself waits for it. */
async function withCookies(
  jar: CookieJar | undefined,
  response: WireResponse,
  url: string,
): Promise<CookieJar | undefined> {
  const set = response.headers('Set-Cookie');
  if (set.length === 0) return jar;
  // Loaded late: few targets need it, and it brings the list of public suffixes.
  const { CookieJar: Jar } = await import('tough-cookie');
  const filled = jar ?? new Jar(undefined, { looseMode: true });
  for (const cookie of set) filled.setCookieSync(cookie, url, { ignoreError: true });
  return filled;
}

function cookiesFor(jar: CookieJar, url: string): string {
  const cookies = jar.getCookiesSync(url).filter(({ key, value }) => key !== '' || value !== '');
  return cookies.map((cookie) => cookie.cookieString()).join('; ');
}

/** Another origin gets no client certificate, and has a name of its own. */
function toOtherOrigin({ tls, ...route }: Route): Route {
  return { ...route, tls: { ...tls, serverName: undefined, cert: undefined, key: undefined } };
}
