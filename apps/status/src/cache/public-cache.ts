import {
  messageOf,
  newNameFault,
  sentencesOf,
  StatusPageSettings,
  unawaited,
  validateSettings,
} from '@9volt/contracts';
import { ClusterNode, MAX_SETTINGS_BYTES, parse, Watched } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type PageModel, pageModel } from '../view/page-model.js';
import { FactsWatch } from './facts-watch.js';

/** Everything is read again at most this often when pages or tags change. */
const REREAD_EVERY_MS = 5_000;
/** Times pass although nothing changes: windows open, workers fall silent. */
const REVIEW_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 500;
/** The leader folds hours; a page needs no more. */
const HISTORY_EVERY_MS = 600_000;

/** The public view of the pages, as far as this process may show it. */
@Injectable()
export class PublicCache implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly settings: Watched<StatusPageSettings>;
  private facts: FactsWatch | undefined;
  /** It is being read, and replaces the present one then. */
  private next: FactsWatch | undefined;
  /** What the pages of the present watch show, as text. */
  private wanted = '';
  private isDue = true;
  private mustReread = false;
  private rereading: Promise<void> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;
  private reviewedAt = Number.NEGATIVE_INFINITY;
  private isStopped = false;
  private readonly listeners: ((pages: ReadonlyMap<string, PageModel>) => void)[] = [];

  constructor(
    private readonly node: ClusterNode,
    logger: AppLogger,
    health: Health,
  ) {
    this.log = logger.child('status-pages');
    this.settings = new Watched(
      node,
      {
        prefix: node.keys.statusPages,
        decode: ({ key, value }, report) => {
          const slug = key.slice(node.keys.statusPages.length);
          const badSlug = newNameFault('status-page', slug);
          const validated = validateSettings(StatusPageSettings, parse(value, MAX_SETTINGS_BYTES).value);
          if (validated.ok && !badSlug) return validated.value;
          report(badSlug?.message ?? (validated.ok ? '' : sentencesOf(validated.errors)));
          return undefined;
        },
      },
      { onChange: () => (this.isDue = true) },
    );
    // Without etcd it still shows what it last knew.
    health.readiness('status-pages', () => (this.facts ? undefined : 'the status pages are not read yet'));
  }

  onApplicationBootstrap(): void {
    unawaited(
      'the status pages',
      this.node.joined.then(() => this.settings.start()).then(() => this.look()),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.settings.stop(), this.facts?.stop(), this.next?.stop()]);
    await this.rereading;
  }

  /** Called with all pages after each change, and every few seconds. */
  listen(listener: (pages: ReadonlyMap<string, PageModel>) => void): void {
    this.listeners.push(listener);
  }

  /** For how long etcd has not answered; 0 while it does. */
  get ageMs(): number {
    const since = this.facts?.isLostSince;
    return since === undefined ? 0 : performance.now() - since;
  }

  @Interval(LOOK_EVERY_MS)
  look(): void {
    if (this.isStopped || this.settings.revision === 0) return;
    const now = performance.now();
    if (this.isDue) this.compareNeeds();
    if (this.mustReread && !this.rereading && now - this.readAt > REREAD_EVERY_MS) {
      this.mustReread = false;
      this.readAt = now;
      const rereading = this.reread().finally(() => (this.rereading = undefined));
      this.rereading = rereading;
      unawaited('the status pages', rereading);
    }
    if (!this.facts || (!this.isDue && now - this.reviewedAt < REVIEW_EVERY_MS)) return;
    this.isDue = false;
    this.reviewedAt = now;
    const models = this.models(this.facts);
    for (const listener of this.listeners) listener(models);
  }

  private models(facts: FactsWatch): Map<string, PageModel> {
    const { statusPages } = this.node.keys;
    const now = Date.now();
    return new Map(
      [...this.settings.items].map(([key, { value }]) => {
        const slug = key.slice(statusPages.length);
        return [slug, pageModel(slug, value, facts, now)];
      }),
    );
  }

  @Interval(HISTORY_EVERY_MS)
  async readHistory(): Promise<void> {
    try {
      await this.facts?.readHistory();
    } catch (error) {
      this.log.warn(`cannot read the history of the status pages: ${messageOf(error)}`);
    }
  }

  /** A page that only says something else needs nothing new. */
  private compareNeeds(): void {
    const pages = [...this.settings.items.values()].map(({ value: { groups, show } }) => ({ groups, show }));
    const wanted = JSON.stringify(pages);
    if (wanted === this.wanted && this.facts) return;
    this.wanted = wanted;
    this.mustReread = true;
  }

  private async reread(): Promise<void> {
    const pages = [...this.settings.items.values()].map(({ value }) => value);
    const next = new FactsWatch(this.node, pages, {
      changed: () => (this.isDue = true),
      widened: () => (this.mustReread = true),
    });
    this.next = next;
    await next.start();
    this.next = undefined;
    const before = this.facts;
    if (this.isStopped) return next.stop();
    this.facts = next;
    this.isDue = true;
    this.log.info(`shows ${next.monitors.size} monitors on ${pages.length} pages`);
    await before?.stop();
    this.look();
    await this.readHistory();
  }
}
