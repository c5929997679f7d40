import { type Environment, judgeAccessTokens } from '@9volt/platform/config';
import { type Finding, ok, problem } from './finding.js';

/**
 * Whether a node with this environment would accept its access tokens. It may get them otherwise, so having none here is no fault.
 */
export function tokenFindings(env: Environment): Finding[] {
  const { count, faults } = judgeAccessTokens(env);
  if (faults.length > 0) {
    return [
      problem(
        'access tokens',
        `a process with this environment rejects them: ${faults.join('; ')}`,
        'create new ones with "openssl rand -hex 24", and hand them to the users of the old ones',
      ),
    ];
  }
  return [ok('access tokens', count === 0 ? 'none in this environment' : `${count} in this environment`)];
}
