import { distance } from 'fastest-levenshtein';

/** The candidate that `name` most likely means, or undefined if none is similar. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // Two swapped letters count as two.
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const apart = distance(name.toLowerCase(), candidate.toLowerCase());
    if (apart < bestDistance) {
      best = candidate;
      bestDistance = apart;
    }
  }
  return best;
}
