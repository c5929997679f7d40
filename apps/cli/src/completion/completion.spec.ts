import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { buildProgram } from '../program.js';
import { completionTree } from './completion-tree.js';
import { completionScript } from './shell-scripts.js';

const tree = completionTree(buildProgram());

describe('completion in bash', () => {
  const script = completionScript('bash', tree);
  /** bash's own completions after these words. */
  const offered = (...words: string[]): string[] => {
    // Stands for the command that asks the cluster.
    const ask = `9volt() { echo "web-of-$2"; }\n${script}\nCOMP_WORDS=(9volt ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _9volt; printf '%s\\n' "\${COMPREPLY[@]}"`;
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
