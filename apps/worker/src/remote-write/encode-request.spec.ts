import { expect, it } from '@jest/globals';
import { uncompress } from 'snappyjs';
import { encodeRequest, encodeV1, encodeV2 } from './encode-request.js';
import { measured, type Series, seriesOf } from './series.js';

const AT = 1_780_315_200_123;
const SERIES: Series[] = [{ labels: [['__name__', 'up']], samples: [{ at: AT, value: 1 }] }];
// A length, field 1 a double, field 2 the time as a varint of six bytes.
const SAMPLE = '121009000000000000f03f10fbb4b898e833';

it('writes what the specification says, byte by byte', () => {
  expect(encodeV1(SERIES).toString('hex')).toBe(`0a220a0e0a085f5f6e616d655f5f12027570${SAMPLE}`);
  expect(encodeV2(SERIES).toString('hex')).toBe(`220022085f5f6e616d655f5f220275702a1a0a020102${SAMPLE}2a020802`);
  for (const version of [1, 2] as const) {
    const plain = version === 1 ? encodeV1(SERIES) : encodeV2(SERIES);
    expect(Buffer.from(uncompress(encodeRequest(version, SERIES)))).toEqual(plain);
  }
});

it('makes of results the series of /metrics, each with its samples in the order of time', () => {
  const phases = { connect: 3, firstByte: 5 };
  const results = [
    measured('b', 'tcp', { status: 'unknown', latencyMs: 1 }, 5),
    measured('a', 'http', { status: 'critical', latencyMs: 250 }, 20),
    measured('a', 'http', { status: 'ok', latencyMs: 12, phases }, 10),
    measured('a', 'http', { status: 'warning', latencyMs: 12 }, 30),
    measured('a', 'http', { status: 'ok', latencyMs: 99 }, 30),
  ];
  const all = new Map(
    seriesOf(results).map(({ labels, samples }) => [
      labels.map(([name, value]) => (name === '__name__' ? value : `${name}=${value}`)).join(' '),
      samples.map(({ at, value }) => `${value}@${at}`).join(' '),
    ]),
  );
  expect(Object.fromEntries(all)).toEqual({
    'ninevolt_monitor_status monitor=b type=tcp': '3@5',
    'ninevolt_monitor_check_duration_seconds monitor=b type=tcp': '0.001@5',
    'ninevolt_monitor_status monitor=a type=http': '0@10 2@20 1@30',
    'ninevolt_monitor_up monitor=a type=http': '1@10 0@20 1@30',
    'ninevolt_monitor_check_duration_seconds monitor=a type=http': '0.012@10 0.25@20 0.012@30',
    'ninevolt_monitor_phase_seconds monitor=a phase=connect type=http': '0.003@10',
    'ninevolt_monitor_phase_seconds monitor=a phase=first_byte type=http': '0.005@10',
  });
});

it('writes more than fits into its first buffer, and long texts', () => {
  const labels = (n: number) => [['__name__', `${'ä€😀'.repeat(500)}${n}`]] as const;
  const many = Array.from({ length: 200 }, (_, n) => ({ labels: labels(n), samples: [{ at: AT, value: n }] }));
  const plain = encodeV1(many);
  for (const { labels: of } of many) expect(plain.includes(of[0]?.[1] ?? '-')).toBe(true);
  expect(plain.length).toBeGreaterThan(200 * 4_500);
});
