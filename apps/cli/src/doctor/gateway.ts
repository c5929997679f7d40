import type { EtcdSettings } from '@9volt/platform';
import { askMember } from './ask-member.js';
import { type Finding, ok, warning } from './finding.js';

type Access = 'open' | 'asks for a user' | 'closed';

/** What a web page can send without a preflight: a POST of plain text. It reads a key that nobody uses. */
const AS_A_PAGE = {
  path: '/v3/kv/range',
  method: 'POST',
  headers: { 'content-type': 'text/plain' },
  body: JSON.stringify({ key: Buffer.from('\0').toString('base64') }),
  // A browser has no client certificate.
  certified: false,
};

/** Whether a web page in a browser that reaches etcd can read and write there, by the JSON gateway. */
export async function gatewayFinding(etcd: EtcdSettings): Promise<Finding> {
  const accesses = await Promise.all(
    etcd.members.map(async (member) => [member, await accessOf(etcd, member).catch(() => 'closed' as const)] as const),
  );
  const at = (access: Access): string => accesses.flatMap(([member, is]) => (is === access ? [member] : [])).join(', ');
  if (at('open') !== '') {
    return warning(
      'gateway',
      `the JSON gateway of ${at('open')} answers without a user: any web page open in a browser that reaches it can change every monitor and read every secret`,
      'start etcd with --enable-grpc-gateway=false and --host-whitelist=<its own names>: docs/deploy/etcd.md',
    );
  }
  const asking = at('asks for a user');
  if (asking !== '') return ok('gateway', `the JSON gateway of ${asking} answers, and asks for a user`);
  return ok('gateway', 'no JSON gateway of etcd answers');
}

async function accessOf(etcd: EtcdSettings, member: string): Promise<Access> {
  const response = await askMember(etcd, member, AS_A_PAGE);
  response.resume();
  if (response.statusCode === 200) return 'open';
  // Without a gateway every refusal is plain text.
  return response.headers['content-type']?.startsWith('application/json') === true ? 'asks for a user' : 'closed';
}
