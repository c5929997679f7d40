import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { buildProgram } from '../program.js';
import { completionTree } from './completion-tree.js';
import { completionScript } from './shell-scripts.js';

const tree = completionTree(buildProgram());

describe('completion in bash', () => {
  const script = completionScript('bash', tree);
  /** What bash itself offers after these words. */
  const offered = (...words: string[]): string[] => {
    const ask = `${script}\nCOMP_WORDS=(9volt ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _9volt; printf '%s\\n' "\${COMPREPLY[@]}"`;
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
  ])('after %j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

it('fish and zsh are told of every command', async () => {
  const names = buildProgram().commands.map((command) => command.name());
  for (const name of names) {
    expect(completionScript('fish', tree)).toMatch(new RegExp(` -a ${name} -d `));
    expect(completionScript('zsh', tree)).toContain(`'${name}'`);
  }
});
