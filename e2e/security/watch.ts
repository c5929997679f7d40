import { Worker } from 'node:worker_threads';

/** How long another caller waits meanwhile, and whether anybody got no answer. */
export class Watch {
  longestMs = 0;
  refused = 0;
  /** Since the last look. */
  private recentMs = 0;
  private readonly worker: Worker;

  constructor(url: string) {
    this.worker = new Worker(new URL('./watcher.mjs', import.meta.url), { workerData: { url } });
    this.worker.on('message', ({ status, waitedMs }: { status: number; waitedMs: number }) => {
      if (status !== 200) this.refused += 1;
      this.longestMs = Math.max(this.longestMs, waitedMs);
      this.recentMs = Math.max(this.recentMs, waitedMs);
    });
  }

  takeRecentMs(): number {
    const recent = this.recentMs;
    this.recentMs = 0;
    return recent;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
