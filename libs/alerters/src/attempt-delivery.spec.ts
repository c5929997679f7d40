import { afterEach, describe, expect, it } from '@jest/globals';
import { type Alert, type ReadSecret, Text, TextList } from '@9volt/contracts';
import { attemptDelivery } from './attempt-delivery.js';
import { defineAlerter, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { alerterTypes } from './registry.js';
import { NotedTargets, sampleAlarm, sampleResolve } from './testing/index.js';

const TYPE = 'attempt-spec';
const targets = new NotedTargets();
const none: ReadSecret = () => Promise.reject(new Error('there are no secrets here'));

class FakeOptions {
  @Text({ doc: 'An address.' })
  url?: string;

  @TextList({ doc: 'Arguments.' })
  args?: string[];
}

function attempt(
  send: (context: DeliveryContext, options: object) => Promise<DeliveryOutcome>,
  more: { alert?: Alert; signal?: AbortSignal; timeoutMs?: number; options?: object; readSecret?: ReadSecret } = {},
): Promise<DeliveryOutcome> {
  const options = FakeOptions;
  const definition = { type: TYPE, summary: '', options, destination: [] };
  alerterTypes.set(TYPE, defineAlerter({ ...definition, send: (given, _alert, context) => send(context, given) }));
  return attemptDelivery({
    settings: { type: TYPE, options: { ...more.options } },
    alert: more.alert ?? sampleAlarm(),
    signal: more.signal ?? new AbortController().signal,
    timeoutMs: more.timeoutMs ?? 1_000,
    readSecret: more.readSecret ?? none,
    targets,
    programs: [],
  });
}

afterEach(() => {
  alerterTypes.delete(TYPE);
});

describe('one attempt', () => {
  it('has an id of its own for each of the notifications of an incident', async () => {
    const ids: string[] = [];
    const send = (context: DeliveryContext): Promise<DeliveryOutcome> => {
      ids.push(context.notificationId);
      return Promise.resolve({ outcome: 'delivered', answer: '' });
    };
    await attempt(send, { alert: sampleAlarm({ type: 'warning' }) });
    await attempt(send, { alert: sampleAlarm() });
    await attempt(send, { alert: sampleResolve() });
    await attempt(send, { alert: sampleResolve({ worker: 'the heir' }) });
    const key = sampleAlarm().key;
    expect(ids).toEqual([`${key}/warning`, `${key}/critical`, `${key}/resolve`, `${key}/resolve`]);
  });

  it('is retried when the alerter throws', async () => {
    const outcome = await attempt(() => Promise.reject(new Error('bug')));
    expect(outcome).toEqual({ outcome: 'retryable', answer: 'internal error of 9volt: bug' });
  });

  it('ends even if the alerter does not', async () => {
    let aborted = false;
    const never = ({ signal }: DeliveryContext): Promise<DeliveryOutcome> =>
      new Promise(() => signal.addEventListener('abort', () => (aborted = true)));
    const startedAt = performance.now();
    expect(await attempt(never, { timeoutMs: 10 })).toMatchObject({ outcome: 'retryable' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(aborted).toBe(true);
  });

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const pending = attempt(() => new Promise(() => undefined), { signal: abort.signal });
    abort.abort();
    expect(await pending).toMatchObject({
      outcome: 'retryable',
      answer: expect.stringContaining('cancelled before an answer'),
    });
  });

  it('waits for a worker that knows the type', async () => {
    const settings = { type: 'of a newer version', options: {} };
    const signal = new AbortController().signal;
    expect(
      await attemptDelivery({
        settings,
        alert: sampleAlarm(),
        signal,
        timeoutMs: 10,
        readSecret: none,
        programs: [],
        targets,
      }),
    ).toMatchObject({
      outcome: 'retryable',
    });
  });

  it('gets its secrets, in any option, and an answer without them', async () => {
    let given: object | undefined;
    const outcome = await attempt(
      (_context, options) => {
        given = options;
        return Promise.resolve({ outcome: 'rejected', answer: 'HTTP 403: canary is not known' });
      },
      {
        options: { url: 'https://example.com/${env:KEY}', args: ['-k', '${file:/key}'] },
        readSecret: () => Promise.resolve('canary'),
      },
    );
    expect(given).toEqual({ url: 'https://example.com/canary', args: ['-k', 'canary'] });
    expect(outcome).toEqual({ outcome: 'rejected', answer: 'HTTP 403: ******** is not known' });
  });

  it('is retried when a secret cannot be read, and sends nothing without it', async () => {
    let sent = false;
    const send = (): Promise<DeliveryOutcome> => {
      sent = true;
      return Promise.resolve({ outcome: 'delivered', answer: '' });
    };
    expect(await attempt(send, { options: { url: '${env:KEY}' } })).toEqual({
      outcome: 'retryable',
      answer: 'url: this worker cannot read ${env:KEY}: there are no secrets here',
    });
    expect(sent).toBe(false);
  });
});
