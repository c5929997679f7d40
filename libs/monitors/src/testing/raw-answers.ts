import { type CheckResult } from '@9volt/contracts';
import { runProbe, type Written } from './run-probe.js';
import { startTcpTarget } from './tcp-target.js';

/**
 * One check of an HTTP server that answers each request with these bytes, by its path, and closes; also the requests that it got.
 */
export async function againstBytes(
  answers: string | Buffer | Record<string, string | Buffer>,
  more: Written = {},
): Promise<{ result: CheckResult; requests: string[] }> {
  const requests: string[] = [];
  const target = await startTcpTarget({
    serve: (socket) => {
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (!received.includes('\r\n\r\n')) return;
        requests.push(received);
        const path = received.split(' ')[1] ?? '';
        const answer = typeof answers === 'string' || Buffer.isBuffer(answers) ? answers : answers[path];
        socket.end(typeof answer === 'string' ? Buffer.from(answer, 'latin1') : (answer ?? ''));
      });
    },
  });
  try {
    return { result: await runProbe({ type: 'http', host: target.host, port: target.port, ...more }), requests };
  } finally {
    await target.close();
  }
}
