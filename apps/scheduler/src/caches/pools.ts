/** The facts about a worker that assigning needs. */
export interface PlannedWorker {
  /** Id of the member. */
  id: string;
  tags: readonly string[];
  /** Drained: to be emptied, and given nothing. */
  draining: boolean;
}

/** Untagged monitors run on untagged workers only; a worker with several tags serves all of them. */
export function mayRun(worker: Pick<PlannedWorker, 'tags'>, memberTag: string | undefined): boolean {
  return memberTag === undefined ? worker.tags.length === 0 : worker.tags.includes(memberTag);
}

/** Why no worker may run the monitors of a tag. */
export function orphanReason(memberTag: string | undefined, workers: Iterable<PlannedWorker>): string {
  for (const worker of workers) if (mayRun(worker, memberTag)) return 'every suitable worker is drained';
  return memberTag === undefined ? 'no worker without tags is running' : `no worker has the tag "${memberTag}"`;
}
