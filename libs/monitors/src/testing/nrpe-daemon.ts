import { killGroup } from '@9volt/process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPort } from '@9volt/testing';

const NRPE = '/usr/sbin/nrpe';

/** Debian's nagios-nrpe-server is installed, and this process may change to the user that it requires. */
export const nrpeIsHere = existsSync(NRPE) && process.getuid?.() === 0;

export interface NrpeDaemonWish {
  /** Shell commands by name; `$ARG1$` and so on stand for arguments. */
  commands: Readonly<Record<string, string>>;
  /** Certificates (PEM), and whether clients must send one. Without them the key exchange is anonymous. */
  tls?: { key: string; cert: string; ca: string; clientsToo: boolean };
  plain?: boolean;
}

export interface NrpeDaemon {
  host: string;
  port: number;
  /** Directory of its files: removed together with everything that a command writes there. */
  directory: string;
  close(): Promise<void>;
}

/** Debian's NRPE daemon on a free port, with a limit of two seconds for commands. */
export async function startNrpeDaemon({ commands, tls, plain = false }: NrpeDaemonWish): Promise<NrpeDaemon> {
  const directory = mkdtempSync(join(tmpdir(), '9volt-nrpe-'));
  // The daemon changes to a user of its own.
  chmodSync(directory, 0o755);
  const at = (file: string): string => join(directory, file);
  const put = (file: string, text: string, mode = 0o644): void => writeFileSync(at(file), text, { mode });
  const port = await unusedPort();
  for (const [name, text] of Object.entries(commands)) put(`${name}.sh`, `#!/bin/sh\n${text}\n`, 0o755);
  for (const file of ['key', 'cert', 'ca'] as const) if (tls) put(`${file}.pem`, tls[file]);
  const config = [
    `server_port=${port}`,
    'server_address=127.0.0.1',
    'nrpe_user=nobody',
    'nrpe_group=nogroup',
    'allowed_hosts=127.0.0.1',
    'dont_blame_nrpe=1',
    'command_timeout=2',
    `log_file=${at('log')}`,
    ...(tls ? [`ssl_cert_file=${at('cert.pem')}`, `ssl_privatekey_file=${at('key.pem')}`] : []),
    ...(tls ? [`ssl_cacert_file=${at('ca.pem')}`, `ssl_client_certs=${tls.clientsToo ? 2 : 0}`] : []),
    ...Object.keys(commands).map((name) => `command[${name}]=${at(name)}.sh "$ARG1$" "$ARG2$"`),
  ];
  put('nrpe.cfg', `${config.join('\n')}\n`);
  const child = spawn(NRPE, ['-f', '-c', at('nrpe.cfg'), ...(plain ? ['-n'] : [])], {
    stdio: 'ignore',
    detached: true,
  });
  const close = async (): Promise<void> => {
    const exited = child.exitCode === null ? once(child, 'exit') : undefined;
    // With processes that its commands left behind.
    if (exited) killGroup(child.pid);
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) {
      await close();
      throw new Error('nrpe does not answer');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { host: '127.0.0.1', port, directory, close };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
