export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Linear in the name for each star, without backtracking beyond the last one. */
export function globMatches(pattern: string, text: string): boolean {
  if (!isGlob(pattern)) return pattern === text;
  let p = 0;
  let t = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      resumeAt = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
