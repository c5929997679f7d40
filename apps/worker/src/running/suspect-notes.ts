import { Turns } from '@9volt/process';
import { Injectable } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { Clock } from '../time/clock.js';
import { FencedWrites } from '../ledger/fenced-writes.js';
import { type DraftNote, DraftNotes } from './draft-notes.js';

/** Time between two writes for which checks wait: a mass start makes ten of them a second, not one for each monitor. */
const SPACING_MS = 100;
/** Nobody waits for a suspicion to end. */
const CLEARED_WITHIN_MS = 500;
const MAX_ATTEMPTS = 2;

/**
 * Keeps a note in etcd of the monitors on their first check here, so that after a death of this process they can be distinguished
 * from the rest. It writes the note before the check; a monitor that has completed its check is removed with the next write.
 */
@Injectable()
export class SuspectNotes {
  private readonly log: Logger;
  private readonly drafts = new DraftNotes();
  /** By number, the revision of the note in etcd. */
  private readonly written = new Map<number, number>();
  private waiting: (() => void)[] = [];
  private readonly turns = new Turns();
  private writing: Promise<void> | undefined;
  private planned: { at: number; cancel: () => void } | undefined;
  private wroteAt = Number.NEGATIVE_INFINITY;
  private failing = false;
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly detachment: Detachment,
    private readonly writes: FencedWrites,
    logger: AppLogger,
  ) {
    this.log = logger.child('suspects');
  }

  /** Resolves once the note is in etcd, or cannot be: then the check runs without it. Never rejects. */
  async note(monitor: string, revision: number): Promise<void> {
    if (this.detachment.active || !this.node.isMember || this.stopped) return;
    this.drafts.add(monitor, revision);
    const noted = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.plan(this.wroteAt + SPACING_MS);
    await this.detachment.unlessDetached(noted, undefined);
  }

  /** The monitor has completed a check: it will not be the reason if this process dies. */
  clear(monitor: string): void {
    if (this.drafts.remove(monitor)) this.plan(this.clock.now() + CLEARED_WITHIN_MS);
  }

  /** This process ends in good order: no monitor is suspect. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.planned?.cancel();
    await this.writing;
    this.drafts.clear();
    if (this.node.isMember && !this.detachment.active) await this.write();
  }

  private plan(at: number): void {
    if (this.stopped || this.writing || (this.planned && this.planned.at <= at)) return;
    this.planned?.cancel();
    const cancel = this.clock.schedule(
      () => {
        this.planned = undefined;
        this.writing = this.write().finally(() => {
          this.writing = undefined;
          this.planNext();
        });
      },
      Math.max(0, at - this.clock.now()),
    );
    this.planned = { at, cancel };
  }

  private planNext(): void {
    if (this.waiting.length > 0) this.plan(this.wroteAt + SPACING_MS);
    else if (this.drafts.isDirty) this.plan(this.clock.now() + CLEARED_WITHIN_MS);
  }

  private async write(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    // A write that only clears notes must not delay the next first check.
    if (waiting.length > 0) this.wroteAt = this.clock.now();
    await Promise.all(this.drafts.takeDirty().map((draft) => this.writeNote(draft)));
    for (const resolve of waiting) this.turns.add(resolve);
  }

  private async writeNote(draft: DraftNote): Promise<void> {
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) if (await this.attempt(draft)) break;
      this.failing = false;
    } catch (error) {
      this.drafts.markDirty(draft);
      if (!this.failing)
        this.log.warn('could not record in etcd which monitors run for the first time; will retry', {
          error: messageOf(error),
        });
      this.failing = true;
    }
  }

  /** Answers whether etcd has the content of the draft. */
  private async attempt({ n, suspects }: DraftNote): Promise<boolean> {
    const { memberId, stores } = this.node;
    const revision = this.written.get(n) ?? 0;
    const isEmpty = suspects.size === 0;
    if (isEmpty && revision === 0) return true;
    const outcome = await this.writes.urgently(() => stores.suspect.noting(memberId, n, revision, suspects));
    if (outcome.outcome === 'accepted') {
      this.written.set(n, isEmpty ? 0 : outcome.revision);
      return true;
    }
    // The leader settles the notes of a process that it treats as dead; or an answer was lost.
    this.written.set(n, await stores.suspect.revisionOfNote(memberId, n));
    return false;
  }
}
