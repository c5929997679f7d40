import { type DnsResponder, startDnsTarget } from './dns-target.js';
import { runProbe, type Written } from './run-probe.js';

/** One check of a server that answers as given, and the queries that it got. */
export async function checkDnsAgainst(respond: DnsResponder, more: Written = {}) {
  const target = await startDnsTarget(respond);
  try {
    const monitor = {
      type: 'dns',
      host: target.host,
      port: target.port,
      'dns-target': 'web.test',
      timeout: '500ms',
      ...more,
    };
    return { result: await runProbe(monitor), queries: target.queries };
  } finally {
    await target.close();
  }
}
