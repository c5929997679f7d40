/** One readable line per step of the set-up: its name and its result. */
export function step(name, outcome) {
  console.log(`${name.padEnd(14)}${outcome}`);
}

export function secondsSince(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
