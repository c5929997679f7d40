import type { UnreadableKey } from '@9volt/etcd-dal';
import type { ErrorLog, Logger } from '@9volt/platform';

/** Further ones are only counted: a thousand keys of another program must not flood the log. */
const MAX_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Reports invalid values in etcd to operators: in the log, and in `/status/errors`. */
export function reportUnreadable(
  log: Logger,
  errors: () => Pick<ErrorLog, 'add'> | undefined,
  now: () => number = () => performance.now(),
): (found: UnreadableKey) => void {
  let since = Number.NEGATIVE_INFINITY;
  let reported = 0;
  let omitted = 0;
  return ({ key, revision, bytes, reason }) => {
    if (now() - since > MINUTE_MS) {
      if (omitted > 0) log.warn(`ignored ${omitted} more invalid values in etcd`);
      since = now();
      reported = omitted = 0;
    }
    if (++reported > MAX_A_MINUTE) {
      omitted++;
      return;
    }
    const message = `ignored the value of ${printable(key)}: ${reason}`;
    log.warn(message, { key: printable(key), revision, bytes });
    errors()?.add({ timestamp: new Date().toISOString(), type: 'warning', message });
  };
}

/** Anybody may have made the key. */
function printable(key: string): string {
  const text = key.replace(/\p{C}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}
