// A target to break and mend, and a receiver of its alerts: for the first check in README.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PORTS = { target: 9000, alerts: 9001 };
let healthy = true;

const target = await listen(PORTS.target, (_request, response) => {
  response.statusCode = healthy ? 200 : 503;
  response.end(healthy ? 'all is well\n' : 'out of order\n');
});

const alerts = await listen(PORTS.alerts, async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.end('ok');
  for (const { title, text } of JSON.parse(body).attachments) console.log(`ALERT  ${title}: ${text}`);
});

console.log(`The target answers on http://127.0.0.1:${target}. Enter breaks and mends it, Ctrl-C ends it.`);
console.log(`Now push its monitor, in another terminal:  node_modules/.bin/9volt cfg ${configuration()}`);
createInterface({ input: process.stdin }).on('line', () => {
  healthy = !healthy;
  console.log(healthy ? 'mended' : 'broken');
});

/** Listens on this port, or on a free one if another program has it; answers the port. */
function listen(port, answer) {
  const server = createServer(answer);
  return new Promise((resolve, reject) => {
    server.on('listening', () => resolve(server.address().port));
    server.on('error', (error) => (error.code === 'EADDRINUSE' ? server.listen(0, '127.0.0.1') : reject(error)));
    server.listen(port, '127.0.0.1');
  });
}

/** The directory to push: this one, or a copy with the ports that were free. */
function configuration() {
  if (target === PORTS.target && alerts === PORTS.alerts) return 'examples/first-check';
  const text = readFileSync(join(import.meta.dirname, 'first-check.yaml'), 'utf8')
    .replace(`port: ${PORTS.target}`, `port: ${target}`)
    .replace(`:${PORTS.alerts}/`, `:${alerts}/`);
  const directory = '.9volt/first-check';
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'first-check.yaml'), text);
  return directory;
}
