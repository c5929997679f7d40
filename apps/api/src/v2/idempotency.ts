import { createHash } from 'node:crypto';
import { DomainError } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 600_000;
const MAX_KEPT = 1_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

interface Kept {
  request: string;
  answer: Promise<unknown>;
  at: number;
}

/** Answers of requests with an `Idempotency-Key`: a client that got no answer sends the request to this node again, and nothing happens twice. */
@Injectable()
export class Idempotency {
  private readonly kept = new Map<string, Kept>();

  async once<T>(key: string | undefined, request: unknown, run: () => Promise<T>): Promise<T> {
    if (key === undefined) return run();
    if (!KEY.test(key)) throw new DomainError('invalid', 'Idempotency-Key: expected 1 to 200 printable characters');
    this.forget(Date.now() - KEPT_MS);
    const asked = createHash('sha256').update(JSON.stringify(request)).digest('base64');
    const known = this.kept.get(key);
    if (known && known.request !== asked) {
      throw new DomainError('conflict', 'This Idempotency-Key belongs to another request');
    }
    if (known) return known.answer as Promise<T>;
    const answer = run();
    this.kept.set(key, { request: asked, answer, at: Date.now() });
    // An error may be tried again.
    answer.catch(() => this.kept.delete(key));
    return answer;
  }

  private forget(before: number): void {
    for (const [key, { at }] of this.kept) if (at < before || this.kept.size >= MAX_KEPT) this.kept.delete(key);
  }
}
