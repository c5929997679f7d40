import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { toolPath } from '../setup/debian.mjs';
import { commandOf, markedProcesses, markName } from './marked-processes.mjs';

const graceMs = 2_000;
const lingerMs = 10_000;
const running = new Set();

/**
 * Runs one command in a process group of its own and returns only when nothing that it started is left. If a command says
 * that it is done, by a line matching `doneLine`, and does not end, it is not waited for much longer.
 * @returns {Promise<{ code: number | null, output: string, timedOut: boolean, leftBehind: string[] }>}
 */
export async function runStage(command, args, { cwd, env = {}, timeoutMs, doneLine, onLine = () => {} }) {
  const mark = randomUUID();
  const child = spawn(command, args, {
    cwd,
    env: { ...testEnvironment(), ...env, [markName]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stage = { pid: child.pid, mark };
  running.add(stage);

  let timedOut = false;
  const killLate = () => {
    timedOut = true;
    killStage(stage, 'SIGKILL');
  };
  let deadline = setTimeout(killLate, timeoutMs);

  const lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine(line);
      if (doneLine?.test(line)) {
        clearTimeout(deadline);
        deadline = setTimeout(killLate, lingerMs);
      }
    });
  }

  // 'exit', not 'close': a process left behind may hold the pipes open for ever.
  const code = await new Promise((resolve) => {
    child.on('exit', resolve);
    child.on('error', (error) => {
      lines.push(error.message);
      resolve(127);
    });
  });
  clearTimeout(deadline);
  const leftBehind = timedOut ? [] : await clearLeftovers(stage);
  await closed(child);
  running.delete(stage);
  return { code, output: lines.join('\n'), timedOut, leftBehind };
}

/** Ends every running stage when the runner itself gets a signal. */
export function killRunningStages() {
  for (const stage of running) killStage(stage, 'SIGKILL');
}

async function clearLeftovers(stage) {
  const deadline = Date.now() + graceMs;
  while (markedProcesses(stage.mark).length > 0 && Date.now() < deadline) await delay(50);
  const leftBehind = markedProcesses(stage.mark).map(commandOf);
  killStage(stage, 'SIGKILL');
  return leftBehind;
}

function killStage({ pid, mark }, signal) {
  if (pid !== undefined) kill(-pid, signal);
  for (const descendant of markedProcesses(mark)) kill(descendant, signal);
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function closed(child) {
  const ends = [child.stdout, child.stderr].map(
    (stream) => stream.closed || new Promise((resolve) => stream.once('close', resolve)),
  );
  return Promise.race([Promise.all(ends), delay(graceMs, undefined, { ref: false })]);
}

/** An operator's own settings must not reach the tests. */
function testEnvironment() {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NINEV_|FORCE_COLOR$|NODE_ENV$)/.test(name));
  return { ...Object.fromEntries(inherited), PATH: toolPath(), CI: 'true', NO_COLOR: '1', NX_TUI: 'false' };
}
