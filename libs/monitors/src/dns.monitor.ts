import {
  type Address,
  type CheckResult,
  Choice,
  Duration,
  fault,
  type FieldError,
  Integer,
  MonitorSettings,
  parseDuration,
  Shown,
  Text,
  timeoutFault,
} from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { labelsOf } from './dns/domain-name.js';
import { type Asked, judge, type Plan } from './dns/judge-answer.js';
import { RCODES } from './dns/message.js';
import { queryDns, questionFor } from './dns/query.js';
import { normalisedType, RECORD_TYPE_EXPECTED, RECORD_TYPES, typeCode } from './dns/record-types.js';
import { asciiName, hostAndPort, hostFault, hostOf } from './net/host.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { expressionFaults } from './probe/expression.js';
import { ProbeRun } from './probe/probe-run.js';

@Shown('host', 'dns-target', 'dns-record-type', 'expect')
export class DnsSettings extends MonitorSettings {
  @Text({
    doc: 'Host name or IP address of the DNS server.',
    required: true,
    example: '192.0.2.53',
    maxLength: 255,
  })
  host!: string;

  @Integer({ doc: 'Port of the DNS server.', default: 53, minimum: 1, maximum: 65_535 })
  port?: number;

  @Text({
    doc: 'The name that is asked for. As in a zone file, `\\.` is a dot inside a label, and `\\255` a byte.',
    required: true,
    example: 'www.example.com',
    maxLength: 1_024,
  })
  'dns-target'!: string;

  @Text({
    doc:
      'Record type to query: its name, or its number such as `TYPE65280`. The check judges only records of this type, of the name or of ' +
      'the name that it is an alias of.',
    default: 'A',
    example: 'MX',
    expected: RECORD_TYPE_EXPECTED,
    suggestions: RECORD_TYPES,
    maxLength: 32,
    normalise: normalisedType,
  })
  'dns-record-type'?: string;

  @Choice({
    group: 'expect',
    doc: 'Expected response code. With a code other than NOERROR the check does not look at records.',
    default: 'NOERROR',
    example: 'NXDOMAIN',
    values: RCODES,
    normalise: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
  })
  'dns-expected-rcode'?: string;

  @Duration({
    group: 'expect',
    doc: 'Maximum time of the answer. Unlike the timeout, the check waits for a slower answer and reports it as slow.',
    example: '200ms',
  })
  'dns-max-time'?: string;

  @Integer({
    group: 'expect',
    doc: 'Expected number of records. If not set or 0: one or more.',
    minimum: 0,
    maximum: 65_535,
    example: 2,
  })
  'dns-expected-count'?: number;

  @Choice({
    group: 'expect',
    doc: 'Number of records that must match `expect`.',
    default: 'all',
    values: ['all', 'any'],
  })
  'dns-match'?: 'all' | 'any';

  @Text({
    group: 'expect',
    doc:
      'Regular expression (RE2) that the records must match. Each record is written as `name ttl IN A address`. The parts of a TXT record are joined; the record ' +
      'also matches if its form in zone files does.',
    default: '.',
    example: ' IN A 192\\.0\\.2\\.',
    notEmpty: true,
    maxLength: 1_024,
  })
  expect?: string;

  @Duration({ doc: 'Maximum time of resolving the server and of the query.', default: '2s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...targetFault(this['dns-target']),
      ...typeFault(valueOf(DnsSettings, this, 'dns-record-type')),
      ...expressionFaults([['/expect', valueOf(DnsSettings, this, 'expect')]]),
      ...this.recordFaults(),
    ];
  }

  /** Without records nothing can be expected of them. */
  private recordFaults(): FieldError[] {
    const rcode = valueOf(DnsSettings, this, 'dns-expected-rcode');
    if (rcode === 'NOERROR') return [];
    return (['dns-expected-count', 'dns-match', 'expect'] as const)
      .filter((attribute) => this[attribute] !== undefined && this[attribute] !== 0)
      .map((attribute) => fault(`/${attribute}`, this[attribute], `none with dns-expected-rcode ${rcode}`));
  }
}

function typeFault(type: string): FieldError[] {
  return typeCode(type) === undefined ? [fault('/dns-record-type', type, RECORD_TYPE_EXPECTED)] : [];
}

function targetFault(name: string): FieldError[] {
  if (labelsOf(asciiName(name)) !== undefined) return [];
  const expected = 'a domain name, of labels of 1 to 63 bytes separated by dots';
  const message = `dns-target: ${JSON.stringify(excerpt(name, 80))} is not valid; expected ${expected}`;
  return [{ path: '/dns-target', value: name, expected, message }];
}

export const dnsMonitor = defineMonitor<DnsSettings>({
  type: 'dns',
  summary: 'Queries a DNS server; can check the number and content of the records and the time of the answer.',
  settings: DnsSettings,
  target: (settings) => `${typeOf(settings)} ${settings['dns-target']} @ ${serverOf(settings)}`,
  destination: [],
  deadlineMs: (settings) => timeoutMsOf(DnsSettings, settings, 'timeout'),
  weight: 1,
  prepare,
});

function prepare(settings: DnsSettings): PreparedCheck {
  const { 'dns-target': target, 'dns-max-time': maxTime } = settings;
  const type = typeOf(settings);
  const plan: Plan = {
    host: hostOf(settings.host) ?? settings.host,
    port: valueOf(DnsSettings, settings, 'port'),
    question: questionFor(asciiName(target), typeCode(type) as number),
    limitMs: timeoutMsOf(DnsSettings, settings, 'timeout'),
    rcode: valueOf(DnsSettings, settings, 'dns-expected-rcode'),
    count: settings['dns-expected-count'] ?? 0,
    maxMs: maxTime === undefined ? undefined : parseDuration(maxTime),
    expression: valueOf(DnsSettings, settings, 'expect'),
    matchesAny: valueOf(DnsSettings, settings, 'dns-match') === 'any',
    target,
    server: settings.host,
    type,
  };
  return (context) => check(plan, new ProbeRun(context));
}

async function check(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  const { limitMs } = plan;
  try {
    return await run.within(limitMs, async (scope) => {
      const asked = await ask(plan, run, scope);
      run.stage = 'judging the answer';
      return judge(plan, run, asked, scope);
    });
  } catch (error) {
    const reason = inWords(error);
    return run.failedWith(error, `DNS query failed: ${reason}`, 'an answer', reason);
  }
}

async function ask({ host, port, question, limitMs }: Plan, run: ProbeRun, scope: Scope): Promise<Asked> {
  run.stage = `looking up ${host}`;
  const lookupSince = performance.now();
  const [server] = (await run.targets.resolve({ host, port }, scope)) as [Address];
  run.spent('lookup', lookupSince);
  run.stage = 'waiting for the answer';
  const askedSince = performance.now();
  const answer = await queryDns(question, { server, port }, limitMs / 2, scope, () => {
    run.stage = 'waiting for the answer, and an answer to another question came';
  });
  const tookMs = performance.now() - askedSince;
  run.spent('firstByte', askedSince);
  return { answer, tookMs };
}

function typeOf(settings: DnsSettings): string {
  return valueOf(DnsSettings, settings, 'dns-record-type');
}

function serverOf(settings: DnsSettings): string {
  return hostAndPort(hostOf(settings.host) ?? settings.host, valueOf(DnsSettings, settings, 'port'));
}
