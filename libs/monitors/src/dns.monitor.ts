import {
  type Address,
  type CheckResult,
  Choice,
  Duration,
  type FieldError,
  formatDuration,
  Integer,
  MonitorSettings,
  parseDuration,
  Text,
  timeoutFault,
} from '@9volt/contracts';
import { defineMonitor, type ProbeContext } from './define-monitor.js';
import { type DnsAnswer, queryDns } from './dns/query.js';
import { recordText } from './dns/record-text.js';
import { type QueryType, RECORD_TYPES } from './dns/record-types.js';
import { asciiName, hostAndPort, hostFault, hostOf } from './net/host.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { expressionFaults, matchesOf } from './probe/expression.js';
import { ProbeRun } from './probe/probe-run.js';
import { type Scope, scoped } from './probe/scope.js';

export class DnsSettings extends MonitorSettings {
  @Text({
    doc: 'Host name or IP address of the DNS server that is asked.',
    required: true,
    example: '192.0.2.53',
    maxLength: 255,
  })
  host!: string;

  @Integer({ doc: 'Port of the DNS server.', default: 53, minimum: 1, maximum: 65_535 })
  port?: number;

  @Text({ doc: 'The name that is asked for.', required: true, example: 'www.example.com', maxLength: 254 })
  'dns-target'!: string;

  @Choice({
    doc: 'The type of record that is asked for.',
    default: 'A',
    example: 'MX',
    values: RECORD_TYPES,
    normalise: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
  })
  'dns-record-type'?: QueryType;

  @Duration({
    doc: 'How long the server may take to answer. Unlike the timeout, a slower answer is waited for and told as slow.',
    example: '200ms',
  })
  'dns-max-time'?: string;

  @Integer({
    doc: 'How many records the answer must have. Left out or 0: one or more.',
    minimum: 0,
    maximum: 65_535,
    example: 2,
  })
  'dns-expected-count'?: number;

  @Text({
    doc: 'Regular expression (RE2) that every record of the answer must match, written as `name ttl IN A address`.',
    default: '.',
    example: ' IN A 192\\.0\\.2\\.',
    notEmpty: true,
    maxLength: 1_024,
  })
  expect?: string;

  @Duration({ doc: 'How long looking up the server and the query may take.', default: '2s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...targetFault(this['dns-target']),
      ...expressionFaults([['/expect', valueOf(DnsSettings, this, 'expect')]]),
    ];
  }
}

function targetFault(name: string): FieldError[] {
  const labels = name.replace(/\.$/, '').split('.');
  if (name === '.' || labels.every((label) => label !== '' && Buffer.byteLength(label) <= 63)) return [];
  const expected = 'a domain name, of labels of 1 to 63 bytes separated by dots';
  const message = `dns-target: ${JSON.stringify(excerpt(name, 80))} is not valid; expected ${expected}`;
  return [{ path: '/dns-target', value: name, expected, message }];
}

export const dnsMonitor = defineMonitor<DnsSettings>({
  type: 'dns',
  summary: 'Asks a DNS server; may expect a number of records, an answer in time, and what the records say.',
  settings: DnsSettings,
  target: (settings) => `${typeOf(settings)} ${settings['dns-target']} @ ${serverOf(settings)}`,
  deadlineMs: (settings) => timeoutMsOf(DnsSettings, settings, 'timeout'),
  weight: 1,
  probe,
});

async function probe(settings: DnsSettings, context: ProbeContext): Promise<CheckResult> {
  const { signal } = context;
  const run = new ProbeRun(context);
  const limitMs = timeoutMsOf(DnsSettings, settings, 'timeout');
  try {
    return await scoped(
      limitMs,
      signal,
      async (scope) => {
        const { answer, tookMs } = await ask(settings, limitMs, run, scope);
        run.stage = 'judging the answer';
        return judge(settings, run, answer, tookMs, scope);
      },
      () => run.timedOut(limitMs),
    );
  } catch (error) {
    const reason = inWords(error);
    return run.failedWith(error, `DNS query failed: ${reason}`, 'an answer', reason);
  }
}

async function ask(
  settings: DnsSettings,
  limitMs: number,
  run: ProbeRun,
  scope: Scope,
): Promise<{ answer: DnsAnswer; tookMs: number }> {
  const host = hostOf(settings.host) ?? settings.host;
  run.stage = `looking up ${host}`;
  const lookupSince = performance.now();
  const [server] = (await run.targets.resolve({ host, port: valueOf(DnsSettings, settings, 'port') }, scope)) as [
    Address,
  ];
  run.spent('lookup', lookupSince);
  run.stage = 'waiting for the answer';
  const question = {
    server,
    port: valueOf(DnsSettings, settings, 'port'),
    name: asciiName(settings['dns-target']),
    type: typeOf(settings),
  };
  const askedSince = performance.now();
  const answer = await queryDns(question, limitMs / 2, scope);
  const tookMs = performance.now() - askedSince;
  run.spent('firstByte', askedSince);
  return { answer, tookMs };
}

/** The order is the original's: count, then emptiness, then time, then what the records say. */
async function judge(
  settings: DnsSettings,
  run: ProbeRun,
  answer: DnsAnswer,
  tookMs: number,
  scope: Scope,
): Promise<CheckResult> {
  const target = settings['dns-target'];
  const server = settings.host;
  if (answer.rcode !== 'NOERROR') return run.failed(`DNS query failed: ${answer.rcode}`, 'NOERROR', answer.rcode);

  const records = (answer.answers ?? []).map(recordText);
  const expectedCount = settings['dns-expected-count'] ?? 0;
  if (expectedCount > 0 && records.length !== expectedCount) {
    return run.failed(
      `Unexpected result count (${records.length}) received for ${target} against DNS server ${server}`,
      counted(expectedCount),
      counted(records.length),
    );
  }
  if (records.length === 0) {
    return run.failed(
      `No results received for ${target} against DNS server ${server}`,
      'at least 1 record',
      'no record',
    );
  }

  const maxTime = settings['dns-max-time'];
  if (maxTime !== undefined && tookMs > parseDuration(maxTime)) {
    const allowed = formatDuration(parseDuration(maxTime));
    const took = formatDuration(Math.round(tookMs * 10) / 10);
    return run.failed(
      `DNS check of ${target} against ${server} server took longer than ${allowed} allowed: ${took}`,
      `an answer within ${allowed}`,
      took,
    );
  }

  const expression = valueOf(DnsSettings, settings, 'expect');
  const matching = await matchesOf(expression, records, scope);
  const others = records.filter((_, index) => !matching[index]);
  if (others.length === 0) return run.ok();
  const matched = records.length - others.length;
  const verdict = matched === 0 ? 'None matched' : `Only ${matched} matched`;
  return run.failed(
    `DNS check of ${target} against ${server} had ${records.length} records. ${verdict} expected regex '${excerpt(expression, 256)}'`,
    expression,
    excerpt(others.join('; '), 200),
  );
}

function counted(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}

function typeOf(settings: DnsSettings): QueryType {
  return valueOf(DnsSettings, settings, 'dns-record-type');
}

function serverOf(settings: DnsSettings): string {
  return hostAndPort(hostOf(settings.host) ?? settings.host, valueOf(DnsSettings, settings, 'port'));
}
