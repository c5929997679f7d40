// The reference as a process: it begins what is due together, every `beatMs`, and says how many it has done.
import { bareClient } from './reference-clients.mjs';

const [types, ports, ...numbers] = process.argv.slice(2);
const [perSecond, beatMs] = numbers.map(Number);
const at = ports.split('+');
const clients = types.split('+').map((type, n) => bareClient(type, Number(at[n])));

const startedAt = performance.now();
let begun = 0;
let done = 0;
setInterval(() => {
  const due = ((performance.now() - startedAt) * perSecond) / 1_000;
  for (; begun < due; begun++) {
    clients[begun % clients.length]().then(
      () => done++,
      () => undefined,
    );
  }
}, beatMs);
setInterval(() => process.stdout.write(`done ${done}\n`), 200);
process.once('SIGTERM', () => process.exit());
