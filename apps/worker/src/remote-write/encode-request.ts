import { compress } from 'snappyjs';
import { MessageWriter } from './protobuf.js';
import type { Series } from './series.js';

export type ProtocolVersion = 1 | 2;

const GAUGE = 2;

export const VERSION_HEADERS: Readonly<Record<ProtocolVersion, Readonly<Record<string, string>>>> = {
  1: { 'Content-Type': 'application/x-protobuf', 'X-Prometheus-Remote-Write-Version': '0.1.0' },
  2: {
    'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'X-Prometheus-Remote-Write-Version': '2.0.0',
  },
};

/** The body of a request, compressed. */
export function encodeRequest(version: ProtocolVersion, series: readonly Series[]): Buffer {
  return compress(version === 1 ? encodeV1(series) : encodeV2(series));
}

/** `prometheus.WriteRequest`, https://prometheus.io/docs/specs/prw/remote_write_spec/. */
export function encodeV1(series: readonly Series[]): Buffer {
  const request = new MessageWriter();
  for (const { labels, samples } of series) {
    request.message(1, () => {
      for (const [name, value] of labels) request.message(1, () => request.text(1, name).text(2, value));
      writeSamples(request, samples);
    });
  }
  return request.finish();
}

/** `io.prometheus.write.v2.Request`, https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/: each text once. */
export function encodeV2(series: readonly Series[]): Buffer {
  const symbols = new Map([['', 0]]);
  const ref = (text: string): number => {
    const known = symbols.get(text);
    if (known !== undefined) return known;
    symbols.set(text, symbols.size);
    return symbols.size - 1;
  };
  const references = series.map(({ labels }) => labels.flat().map(ref));
  const request = new MessageWriter();
  for (const symbol of symbols.keys()) request.text(4, symbol);
  for (const [n, { samples }] of series.entries()) {
    request.message(5, () => {
      request.integers(1, references[n] ?? []);
      writeSamples(request, samples);
      request.message(5, () => request.integer(1, GAUGE));
    });
  }
  return request.finish();
}

function writeSamples(to: MessageWriter, samples: Series['samples']): void {
  for (const { at, value } of samples) to.message(2, () => to.double(1, value).integer(2, at));
}
