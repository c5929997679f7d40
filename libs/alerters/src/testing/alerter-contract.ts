import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attributesOf, MASKED } from '@9volt/contracts';
import { someOf, waitFor } from '@9volt/testing';
import type { AlerterDefinition, DeliveryContext, DeliveryOutcome } from '../define-alerter.js';
import { maskAlerter } from '../mask-alerter.js';
import { renderAlert } from '../render-alert.js';
import { alerterTypes } from '../registry.js';
import { testAlert } from '../test-alert.js';
import { validateAlerter } from '../validate-alerter.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm, sampleNote, sampleResolve } from './sample-alerts.js';
import { NotedTargets } from './noted-targets.js';
import type { StandIn } from './stand-in.js';

/** An alerter and the stand-in for its provider. */
export interface Channel<M> {
  standIn: StandIn<M>;
  /** Options that reach the stand-in. */
  options: Record<string, unknown>;
  /** The same, without a server. */
  unreachable: Record<string, unknown>;
  /** Secrets that no answer may contain. */
  secrets: string[];
  /** Everything that a person sees of a message, in plain text. */
  shown(message: M): string;
  /** Fails if the provider would interpret something in the message as more than text. */
  expectInert(message: M): void;
  /** Where the provider says how long to wait. */
  tellsRetryAfter: boolean;
  /** Where answers of the provider can repeat the credentials. */
  echoes: boolean;
}

let sent = 0;

/** A context as the worker makes it, with a timeout that a test can wait for. */
export function deliveryContext(more: Partial<DeliveryContext> = {}): DeliveryContext {
  sent += 1;
  return {
    signal: new AbortController().signal,
    notificationId: `notification-${sent}`,
    programs: 'any',
    targets: new NotedTargets(),
    timeoutMs: 10_000,
    ...more,
  };
}

/** The contract of every alerter. `open` starts a new stand-in for each test. */
export function alerterContract<M>(type: string, open: () => Promise<Channel<M>>): void {
  describe(`${type}: as every alerter`, () => {
    const definition = alerterTypes.get(type) as AlerterDefinition;
    let channel: Channel<M>;

    beforeEach(async () => {
      channel = await open();
    });
    afterEach(() => channel.standIn.close());

    const send = (
      alert = sampleAlarm(),
      context = deliveryContext(),
      options = channel.options,
    ): Promise<DeliveryOutcome> => definition.send(options, renderAlert(alert), context);

    const onlyMessage = (): M => {
      expect(channel.standIn.received.map((one) => one.problems)).toEqual([[]]);
      return channel.standIn.received[0]?.message as M;
    };

    it('is registered, with a summary and a description of each option', () => {
      expect(definition.summary).toMatch(/\S\.$/);
      for (const meta of someOf(attributesOf(definition.options).values())) expect(meta.doc).toMatch(/\S\.$/);
    });

    it('accepts its options, and masks the secret ones', () => {
      const validated = validateAlerter('mine', { type, options: channel.options });
      if (!validated.ok) throw new Error(JSON.stringify(validated.errors));
      const masked = JSON.stringify(maskAlerter(validated.value));
      const attributes = attributesOf(definition.options);
      expect(channel.secrets.length > 0).toBe([...attributes.values()].some(({ secret }) => secret));
      expect(channel.secrets.filter((secret) => masked.includes(secret))).toEqual([]);
      expect(definition.destination.filter((name) => !attributes.has(name))).toEqual([]);
    });

    it.each([
      ['an alarm', sampleAlarm()],
      ['a resolve', sampleResolve()],
      ['a note', sampleNote()],
      ['a test', testAlert('mine', 'worker-1', '2026-03-01T10:00:00.000Z')],
    ])('delivers %s, with everything in its rendering', async (_what, alert) => {
      expect(await send(alert)).toMatchObject({ outcome: 'delivered' });
      const shown = channel.shown(onlyMessage());
      const rendered = renderAlert(alert);
      for (const text of [
        rendered.title,
        rendered.text,
        ...rendered.fields.flatMap(({ label, value }) => [label, value]),
      ]) {
        expect(shown).toContain(text);
      }
    });

    it('is retried after an error of the provider', async () => {
      channel.standIn.behave({ kind: 'fail' });
      expect(await send()).toMatchObject({ outcome: 'retryable', answer: expect.stringMatching(/./) });
    });

    it('is retried when it was too fast, not before the given time', async () => {
      channel.standIn.behave({ kind: 'rate-limit', retryAfterS: 17 });
      const outcome = await send();
      expect(outcome).toMatchObject({
        outcome: 'retryable',
        ...(channel.tellsRetryAfter ? { retryAfterMs: 17_000 } : {}),
      });
    });

    it('is retried when there is no server', async () => {
      expect(await send(sampleAlarm(), deliveryContext(), channel.unreachable)).toMatchObject({ outcome: 'retryable' });
    });

    it('gives up by itself when no answer comes, and is retried', async () => {
      channel.standIn.behave({ kind: 'hang' });
      expect(await send(sampleAlarm(), deliveryContext({ timeoutMs: 300 }))).toMatchObject({ outcome: 'retryable' });
    });

    it('ends at once when it is aborted, and is retried', async () => {
      channel.standIn.behave({ kind: 'hang' });
      const controller = new AbortController();
      const outcome = send(sampleAlarm(), deliveryContext({ signal: controller.signal, timeoutMs: 600_000 }));
      await waitFor(() => channel.standIn.received.length > 0);
      controller.abort();
      expect(await outcome).toMatchObject({ outcome: 'retryable' });
    });

    it('sends nothing when it is aborted beforehand', async () => {
      expect(await send(sampleAlarm(), deliveryContext({ signal: AbortSignal.abort() }))).toMatchObject({
        outcome: 'retryable',
      });
      expect(channel.standIn.received).toEqual([]);
    });

    it.each(['revoked', 'gone'] as const)('is kept until it is corrected when what it needs is %s', async (kind) => {
      channel.standIn.behave({ kind });
      expect(await send()).toMatchObject({
        outcome: 'retryable',
        cause: 'alerter',
        answer: expect.stringMatching(/./),
      });
      channel.standIn.behave({ kind: 'accept' });
      expect(await send()).toMatchObject({ outcome: 'delivered' });
    });

    it('treats a refusal of the message as final', async () => {
      channel.standIn.behave({ kind: 'refuse' });
      expect(await send()).toMatchObject({ outcome: 'rejected', answer: expect.stringMatching(/./) });
    });

    it('never has a secret in its answer', async () => {
      channel.standIn.behave({ kind: 'echo' });
      const { answer } = await send();
      expect(channel.secrets.filter((secret) => answer.includes(secret))).toEqual([]);
      if (channel.echoes) expect(answer).toContain(MASKED);
    });

    it.each(Object.entries(HOSTILE_TEXTS))('shows a hostile text as text only: %s', async (_what, text) => {
      expect(await send(hostileAlert(text))).toMatchObject({ outcome: 'delivered' });
      const message = onlyMessage();
      channel.expectInert(message);
      const shown = channel.shown(message);
      expect(shown.length).toBeLessThan(65_536);
      expect(shown).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
      expect(shown).not.toMatch(/\p{Surrogate}/u);
      // It is escaped, not dropped.
      expect(shown).toContain(
        text
          .slice(0, 5)
          .trim()
          .split(/[\r\n\u0000]/)[0],
      );
    });

    it('leaves no connection open', async () => {
      await send();
      await waitFor(async () => (await channel.standIn.connections()) === 0);
    });
  });
}
