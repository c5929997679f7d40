import { validateHeaderName, validateHeaderValue } from 'node:http';
import { fault, type FieldError, parseDuration, pointer } from '@9volt/contracts';
import { excerpt } from '../probe/excerpt.js';
import { expressionFaults } from '../probe/expression.js';
import type { HttpSettings } from './http-settings.js';
import { JSON_PATH_EXPECTED, parseJsonPath } from './json-path.js';
import { isOrdered } from './status-codes.js';
import { isNumberless, parseExpectation } from './value-expectation.js';

/** The faults between the attributes of an http monitor. */

export function requestFaults({
  url = '',
  headers = {},
  'status-code': code,
  'status-codes': codes,
}: HttpSettings): FieldError[] {
  return [
    ...(/^[a-z][a-z0-9+.-]*:\/\//i.test(url)
      ? [
          fault(
            '/url',
            url,
            'a path and query such as "/health?deep=1"; host, port and ssl are attributes of their own',
          ),
        ]
      : []),
    ...Object.entries(headers).flatMap(headerFault),
    ...(codes !== undefined && code !== undefined
      ? [faultAt('status-codes', 'either status-code or status-codes')]
      : []),
    ...(codes !== undefined && !isOrdered(codes) ? [fault('/status-codes', codes, 'ranges from low to high')] : []),
  ];
}

/** Without the value, which may be a credential. */
function headerFault([name, value]: [string, string]): FieldError[] {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [];
  } catch {
    const expected = 'header names and values that HTTP takes, without line breaks';
    return [
      {
        path: '/headers',
        expected,
        message: `headers: ${JSON.stringify(excerpt(name, 80))} is not valid; expected ${expected}`,
      },
    ];
  }
}

export function authenticationFaults(settings: HttpSettings): FieldError[] {
  const { username, password, 'bearer-token': token, headers = {}, proxy, authentication } = settings;
  const { 'proxy-username': proxyUser, 'proxy-password': proxyPassword } = settings;
  const ways = [username, token, Object.keys(headers).find((name) => /^authorization$/i.test(name))];
  return [
    ...together('username', username, 'password', password),
    ...(authentication === 'digest' && username === undefined
      ? [faultAt('username', 'the user name that digest authentication is for')]
      : []),
    ...together('proxy-username', proxyUser, 'proxy-password', proxyPassword),
    ...(proxy === undefined && proxyUser !== undefined
      ? [faultAt('proxy', 'the proxy that the user name is for')]
      : []),
    ...(ways.filter((way) => way !== undefined).length > 1
      ? [
          faultAt(
            username === undefined ? 'bearer-token' : 'username',
            'one way of authentication: username and password, bearer-token, or the header Authorization',
          ),
        ]
      : []),
  ];
}

export function expectationFaults(settings: HttpSettings): FieldError[] {
  const { 'expect-headers': headers = {}, 'expect-json': json = {} } = settings;
  const { 'warning-latency': warning, 'critical-latency': critical } = settings;
  return [
    ...expressionFaults([
      ['/expect-regex', settings['expect-regex']],
      ...Object.entries(headers).map(([name, wanted]) => {
        const [, expression] = /^\s*~\s*(.*)$/s.exec(wanted) ?? [];
        return [`/expect-headers/${pointer(name)}`, expression] as const;
      }),
      ...Object.entries(json).map(([path, written]) => {
        const { operator, operand } = parseExpectation(written);
        return [`/expect-json/${pointer(path)}`, operator === '~' ? operand : undefined] as const;
      }),
    ]),
    ...Object.entries(json).flatMap(([path, written]) => jsonFault(path, written)),
    ...(warning !== undefined && critical !== undefined && parseDuration(warning) > parseDuration(critical)
      ? [fault('/warning-latency', warning, `at most the critical-latency, ${critical}`)]
      : []),
  ];
}

function jsonFault(path: string, written: string): FieldError[] {
  const at = `/expect-json/${pointer(path)}`;
  if (parseJsonPath(path) === undefined) return [{ ...fault('/expect-json', path, JSON_PATH_EXPECTED), path: at }];
  const expectation = parseExpectation(written);
  return isNumberless(expectation) ? [fault(at, written, `a number behind ${expectation.operator}`)] : [];
}

function together(name: string, value: unknown, other: string, otherValue: unknown): FieldError[] {
  if ((value === undefined) === (otherValue === undefined)) return [];
  return [faultAt(value === undefined ? name : other, `${name} and ${other} together`)];
}

function faultAt(name: string, expected: string): FieldError {
  return { path: `/${name}`, expected, message: `${name}: expected ${expected}` };
}
