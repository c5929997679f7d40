// A target to break and mend, and a place where alerts arrive: for the first check in README.md.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

let healthy = true;

createServer((_request, response) => {
  response.statusCode = healthy ? 200 : 503;
  response.end(healthy ? 'all is well\n' : 'out of order\n');
}).listen(9000, '127.0.0.1');

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.end('ok');
  for (const { title, text } of JSON.parse(body).attachments) console.log(`ALERT  ${title}: ${text}`);
}).listen(9001, '127.0.0.1');

console.log('The target answers on http://127.0.0.1:9000. Enter breaks and mends it, Ctrl-C ends it.');
createInterface({ input: process.stdin }).on('line', () => {
  healthy = !healthy;
  console.log(healthy ? 'mended' : 'broken');
});
