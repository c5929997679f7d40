// Asks an exporter for what is due together, every `beatMs`, on connections that stay open.
import { Agent, get } from 'node:http';

const [url, ...numbers] = process.argv.slice(2);
const [perSecond, beatMs] = numbers.map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const startedAt = performance.now();
let begun = 0;
setInterval(() => {
  const due = ((performance.now() - startedAt) * perSecond) / 1_000;
  for (; begun < due; begun++) get(url, { agent }, (response) => response.resume()).on('error', () => undefined);
}, beatMs);
process.once('SIGTERM', () => process.exit());
