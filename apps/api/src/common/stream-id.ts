/** `<cluster id>.<revision>`: a revision means nothing in another cluster's data. */
export function streamId(clusterId: string, revision: number): string {
  return `${clusterId}.${revision}`;
}

/** The revision of an id of this cluster; undefined for any other text. */
export function revisionOf(id: string, clusterId: string): number | undefined {
  const dot = id.lastIndexOf('.');
  const digits = id.slice(dot + 1);
  if (dot < 0 || id.slice(0, dot) !== clusterId || !/^\d{1,15}$/.test(digits)) return undefined;
  return Number(digits);
}
