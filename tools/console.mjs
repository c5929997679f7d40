/** One readable line per step of the set-up; a step tells its own name and what came of it. */
export function step(name, outcome) {
  console.log(`${name.padEnd(14)}${outcome}`);
}

export function secondsSince(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
