// `node bench/profile.mjs FILE.cpuprofile [COUNT]`: the functions that a CPU profile spent most time in, themselves and with what they call.
import { readFileSync } from 'node:fs';

const [file, count = '25'] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
const byId = new Map(nodes.map((node) => [node.id, node]));
const parentOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
const nameOf = ({ callFrame: { functionName, url, lineNumber } }) =>
  `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?=(?:libs|apps|node_modules)\/)/, '')}${url ? `:${lineNumber + 1}` : ''}`;

const self = new Map();
const whole = new Map();
let total = 0;
samples.forEach((id, index) => {
  const node = byId.get(id);
  const name = nameOf(node);
  if (/^\((?:idle|program|root)\)/.test(name)) return;
  const us = timeDeltas[index];
  total += us;
  self.set(name, (self.get(name) ?? 0) + us);
  const seen = new Set();
  for (let at = id; at !== undefined; at = parentOf.get(at)) {
    const above = nameOf(byId.get(at));
    if (!seen.has(above)) whole.set(above, (whole.get(above) ?? 0) + us);
    seen.add(above);
  }
});
for (const [title, times] of [
  ['itself', self],
  ['with what it calls', whole],
]) {
  console.log(`\n${title}`);
  const top = [...times]
    .filter(([name]) => !name.startsWith('(root)'))
    .sort((a, b) => b[1] - a[1])
    .slice(0, Number(count));
  for (const [name, us] of top) console.log(`${((us / total) * 100).toFixed(1).padStart(6)} %  ${name}`);
}
