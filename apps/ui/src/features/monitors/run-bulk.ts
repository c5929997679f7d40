export interface BulkReport {
  done: number;
  failed: { name: string; reason: string }[];
}

/** How many run at once: a browser has six connections to a host, and the stream uses one. */
const IN_FLIGHT = 4;

/** Does the same to each of many. A failure stops no other; an abort skips those that have not begun. */
export async function runBulk(
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<BulkReport> {
  const report: BulkReport = { done: 0, failed: [] };
  const waiting = names.values();
  const lane = async (): Promise<void> => {
    for (const name of waiting) {
      if (signal.aborted) return;
      try {
        await act(name);
        report.done++;
      } catch (error) {
        report.failed.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
      onProgress(report.done + report.failed.length);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return report;
}
