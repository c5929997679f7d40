import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { buildProgram } from '../program.js';
import { completionTree } from './completion-tree.js';
import { completionScript } from './shell-scripts.js';

const tree = completionTree(buildProgram(), { alerters: ['alerter'], states: ['s'] });

describe('completion in bash', () => {
  const script = completionScript('bash', tree);
  /** bash's own completions after these words. */
  const offered = (...words: string[]): string[] => {
    // Stands for the command that asks the cluster.
    const ask = `9volt() { shift; echo "web-of-$*"; echo "other-of-$*"; }\n${script}\nCOMP_WORDS=(9volt ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _9volt; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).trim().split('\n');
  };

  it.each<[string[], string[]]>([
    [['sch'], ['scheduler']],
    [['cfg', 'v'], ['validate']],
    [['cfg', 'diff', '--nos'], ['--nosync']],
    [['cfg', '--dry'], ['--dryrun']],
    [['get', 'mon'], ['monitors']],
    [['get', '--output', 'json', 'sta'], ['states']],
    [['completion', 'f'], ['fish']],
    [['worker', '--etcd-m'], ['--etcd-members']],
    [['get', 'states', '-o', 'w'], ['wide']],
    [['why', 'web', '--output', 'j'], ['json']],
    [['doctor', '--role', 'sch'], ['scheduler']],
    [['why', 'we'], ['web-of-monitor']],
    [['run', 'web', 'we'], ['web-of-monitor']],
    [['drain', 'we'], ['web-of-worker']],
    [['test-alerter', 'we'], ['web-of-alerter']],
    [['get', 'states', 'we'], ['web-of-monitor']],
    [['get', 'alerters', 'we'], ['web-of-alerter']],
    [['get', 'alerter', 'we'], ['web-of-alerter']],
    [['get', 's', '-o', 'wide', 'we'], ['web-of-monitor']],
    [['get', 'states', 'm'], ['']],
    [['get', 'members', ''], ['']],
    [['get', 'states', '--status', 'crit'], ['critical']],
    [['get', 'states', '--status', 'ok,w'], ['ok,warning']],
    [['get', 'states', '--output', '=', 'y'], ['yaml']],
    [['get', 'states', '--tags', 'we'], ['web-of-tag']],
    [['get', 'states', '--tags', 'shop,we'], ['shop,web-of-tag']],
    [['get', 'events', '--monitor', 'we'], ['web-of-monitor']],
    [['get', 'events', '--type', 'we'], ['web-of-event-type']],
    [['get', 'states', '--type', 'we'], ['web-of-type']],
    [['get', 'states', '--query', ''], ['']],
    [['get', 'states', '--watch', 'we'], ['web-of-monitor']],
    [['silence', 'add', '--name', 'we'], ['web-of-monitor']],
    [['silence', 'add', '--tag', 'we'], ['web-of-tag']],
    [['silence', 'add', '--member-tag', 'we'], ['web-of-member-tag']],
    [
      ['silence', 'add', '--status', ''],
      ['warning', 'critical', 'unknown'],
    ],
    [['silence', 'expire', 'we'], ['web-of-silence']],
    [['report', '--send', 'we'], ['web-of-report']],
    [
      ['run', ''],
      ['web-of-monitor', 'other-of-monitor'],
    ],
    [
      ['cluster', '--'],
      ['--version', '--help'],
    ],
    [['cfg', '--set', ''], ['']],
    [
      ['silence', 'list', '--a'],
      ['--api', '--all'],
    ],
  ])('after %j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

it('fish and zsh know every command', async () => {
  const names = (tree[0]?.commands ?? []).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) {
    expect(completionScript('fish', tree)).toMatch(new RegExp(` -a ${name} -d `));
    expect(completionScript('zsh', tree)).toContain(`'${name}'`);
  }
});
