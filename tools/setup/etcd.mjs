import { step } from '../console.mjs';
import { ensureDebianPackages } from './debian.mjs';
import { findCommand } from './find-command.mjs';

/**
 * Makes sure that there is an etcd to run on: the given members, else one on the PATH, else Debian's package.
 * @param {string[]} args the arguments meant for `9volt up`
 */
export function ensureEtcd(args = []) {
  if (namesMembers(args)) {
    step('etcd', 'the given members');
    return;
  }
  if (!findCommand('etcd')) {
    try {
      ensureDebianPackages([{ command: 'etcd', package: 'etcd-server' }]);
    } catch (error) {
      throw new Error(
        `9volt keeps its data in etcd, and there is none yet. ${error.message}\n` +
          'Either point 9volt at a running one:  npm start -- --etcd-members http://host:2379\n' +
          'or put an etcd binary (3.4 or later) on the PATH: https://github.com/etcd-io/etcd/releases',
        { cause: error },
      );
    }
  }
  step('etcd', findCommand('etcd'));
}

function namesMembers(args) {
  const flagged = args.some((arg) => /^(-e|--etcd-members)/.test(arg));
  return flagged || Boolean(process.env.NINEV_ETCD_MEMBERS);
}
