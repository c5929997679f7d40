import { killGroup } from '@9volt/process';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPort } from '@9volt/testing';

export interface RealServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

interface Pem {
  key: string;
  cert: string;
}

/** Debian's Exim on a free port: accepts no mail, but offers STARTTLS with this key and certificate. Needs root. */
export function startExim(tls: Pem): Promise<RealServer> {
  return startServer('exim', tls, (at, port) => {
    const config = `primary_hostname = mail.test
spool_directory = ${at('')}
log_file_path = ${at('log-%s')}
pid_file_path = ${at('exim.pid')}
tls_advertise_hosts = *
tls_certificate = ${at('cert.pem')}
tls_privatekey = ${at('key.pem')}
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
begin routers
begin transports
`;
    return { config, command: ['/usr/sbin/exim4', '-bdf', '-C', at('config')] };
  });
}

/** Debian's Dovecot on a free port: IMAP with STARTTLS, with this key and certificate. Needs root. */
export function startDovecot(tls: Pem): Promise<RealServer> {
  return startServer('dovecot', tls, (at, port) => {
    const config = `protocols = imap
base_dir = ${at('run')}
log_path = ${at('log')}
ssl = required
ssl_cert = <${at('cert.pem')}
ssl_key = <${at('key.pem')}
listen = 127.0.0.1
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
passdb {
  driver = static
}
`;
    return { config, command: ['/usr/sbin/dovecot', '-F', '-c', at('config')] };
  });
}

async function startServer(
  name: string,
  { key, cert }: Pem,
  plan: (at: (file: string) => string, port: number) => { config: string; command: [string, ...string[]] },
): Promise<RealServer> {
  const directory = mkdtempSync(join(tmpdir(), `9volt-${name}-`));
  const at = (file: string): string => join(directory, file);
  // The server changes to a user of its own, which writes its logs and reads the key of this test.
  chmodSync(directory, 0o777);
  mkdirSync(at('run'));
  const port = await unusedPort();
  const { config, command } = plan(at, port);
  for (const [file, text] of Object.entries({ config, 'key.pem': key, 'cert.pem': cert }))
    writeFileSync(at(file), text);
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  const close = async (): Promise<void> => {
    await ended(child);
    rmSync(directory, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) {
      await close();
      throw new Error(`${program} does not answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { host: '127.0.0.1', port, close };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** In good order; then the rest of its group, which may be writing its log. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  killGroup(child.pid);
}
