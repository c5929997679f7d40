import type { CheckResult } from '@9volt/contracts';
import { describe, expect, it } from '@jest/globals';
import { MAX_QUEUED, RemoteWriter } from './remote-writer.js';
import type { SendOutcome } from './send-request.js';

const OK: CheckResult = { status: 'ok', message: 'N/A', latencyMs: 12 };

/** A receiver and a clock that moves only in pauses: each pause is over at once, and checks go on meanwhile. */
class Story {
  now = Date.parse('2026-06-01T12:00:00Z');
  told: string[] = [];
  sentAt: number[] = [];
  versions: number[] = [];
  largest = 0;
  readonly writer: RemoteWriter;

  constructor(
    private readonly answer: (now: number, version: number) => SendOutcome,
    private readonly resultsPerSecond: number,
    private readonly endAt: number,
  ) {
    this.writer = new RemoteWriter({
      now: () => this.now,
      pause: async (ms) => this.pass(ms),
      send: (version) => {
        this.sentAt.push(this.now);
        this.versions.push(version);
        return Promise.resolve(this.answer(this.now, version));
      },
      log: () => undefined,
      onBehind: (reason) => this.told.push(`behind: ${reason}`),
      onCaughtUp: (lost) => this.told.push(`caught up: ${lost}`),
    });
  }

  taken = 0;

  private pass(ms: number): void {
    const results = Math.round((ms / 1_000) * this.resultsPerSecond);
    for (let n = 0; n < results; n++) {
      this.writer.take(`m${n % 500}`, 'http', OK, this.now + n);
      this.taken++;
    }
    this.now += ms;
    this.largest = Math.max(this.largest, this.writer.queue.size);
    if (this.now >= this.endAt) this.writer.stop();
  }
}

const START = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;
const stored: SendOutcome = { outcome: 'stored' };

describe('a receiver', () => {
  it('that takes everything gets everything, in batches', async () => {
    const story = new Story(() => stored, 400, START + MINUTE);
    await story.writer.run();
    expect(story.writer).toMatchObject({ stored: story.taken, failures: 0, rejected: 0 });
    expect(story.sentAt.length).toBeLessThan(40);
    expect(story.told).toEqual([]);
  });

  it('that is down for 10 minutes loses nothing that fits, and memory stays bounded', async () => {
    const down = (now: number): SendOutcome =>
      now < START + 10 * MINUTE ? { outcome: 'retry', reason: 'connect ECONNREFUSED' } : stored;
    const story = new Story(down, 50, START + 15 * MINUTE);
    await story.writer.run();
    expect(story.writer.queue.dropped).toBe(0);
    expect(story.writer.stored).toBe(story.taken);
    // With growing pauses, not with one attempt a second.
    expect(story.writer.failures).toBeLessThan(30);
    expect(story.told).toEqual(['behind: connect ECONNREFUSED', 'caught up: 0']);
  });

  it('that is down for longer than fits loses the oldest, counted', async () => {
    const down = (now: number): SendOutcome =>
      now < START + 10 * MINUTE ? { outcome: 'retry', reason: '503' } : stored;
    const story = new Story(down, 200, START + 12 * MINUTE);
    await story.writer.run();
    expect(story.largest).toBe(MAX_QUEUED);
    expect(story.writer.queue.dropped).toBeGreaterThan(50_000);
    expect(story.writer.stored + story.writer.queue.dropped + story.writer.queue.size).toBe(story.taken);
    expect(story.told).toEqual(['behind: 503', `caught up: ${story.writer.queue.dropped}`]);
  });

  it('that asks for a pause gets it', async () => {
    const busy = (now: number): SendOutcome =>
      now < START + 5 * MINUTE ? { outcome: 'retry', reason: '429', afterMs: 2 * MINUTE } : stored;
    const story = new Story(busy, 10, START + 10 * MINUTE);
    await story.writer.run();
    const [first = 0, second = 0] = story.sentAt;
    expect(second - first).toBeGreaterThanOrEqual(2 * MINUTE);
    expect(story.writer.stored).toBe(story.taken);
  });

  it('that rejects a batch does not get it again', async () => {
    const story = new Story(() => ({ outcome: 'rejected', reason: '400 out of order' }), 10, START + MINUTE);
    await story.writer.run();
    expect(story.writer).toMatchObject({ rejected: story.taken, failures: 0, stored: 0 });
  });

  it('that knows only version 1 gets that, once it has said so', async () => {
    const story = new Story(
      (_now, version) => (version === 1 ? stored : { outcome: 'unsupported' }),
      10,
      START + MINUTE,
    );
    await story.writer.run();
    expect(story.versions.slice(0, 4)).toEqual([2, 1, 1, 1]);
    expect(story.writer.stored).toBe(story.taken);
  });
});
