import { readdirSync, readFileSync } from 'node:fs';

export const markName = 'TEST_STAGE_MARK';

/**
 * The descendants of a process that was started with this mark in its environment, also those that left its process group. Without
 * /proc it finds none.
 */
export function markedProcesses(mark) {
  return listProcesses().filter((pid) => pid !== process.pid && environmentOf(pid).includes(`${markName}=${mark}\0`));
}

export function commandOf(pid) {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

function listProcesses() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function environmentOf(pid) {
  return readProc(pid, 'environ');
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
