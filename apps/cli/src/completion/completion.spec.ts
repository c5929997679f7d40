import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildProgram } from '../program.js';
import { completionTree } from './completion-tree.js';
import { completionScript, type Shell } from './shell-scripts.js';

const tree = completionTree(buildProgram(), { alerters: ['alerter'], states: ['s'], events: ['e'] });

/** After these words, the last of them under the cursor, what a shell offers; `a file` where it completes paths. */
const OFFERS: readonly [string, string[]][] = [
  ['sch', ['scheduler']],
  ['cfg v', ['validate', 'a file']],
  ['cfg s', ['a file']],
  ['cfg ./mon', ['a file']],
  ['cfg diff ', ['a file']],
  ['cfg diff --nos', ['--nosync']],
  ['cfg --dry', ['--dryrun']],
  ['cfg monitoring --dry', ['--dryrun']],
  ['help wh', ['why']],
  ['get mon', ['monitors']],
  ['get -w mon', ['monitors']],
  ['get --output json sta', ['states']],
  ['completion f', ['fish']],
  ['worker --etcd-m', ['--etcd-members']],
  ['worker --etcd-ca ', ['a file']],
  ['worker --data-dir ', ['a file']],
  ['backup ', ['a file']],
  ['try monitoring/', ['a file']],
  ['get states -o w', ['wide']],
  ['get states --output y', ['yaml']],
  ['get states --output=y', ['yaml']],
  ['why web --output j', ['json']],
  ['doctor --role sch', ['scheduler']],
  ['why we', ['web:of-monitor']],
  ['why web:o', ['web:of-monitor']],
  ['why get', []],
  ['why web:of-monitor ', []],
  ['run web we', ['web:of-monitor']],
  ['run ', ['web:of-monitor', 'other-of-monitor']],
  ['comment we', ['web:of-monitor']],
  ['comment web we', []],
  ['drain we', ['web:of-worker']],
  ['test-alerter we', ['web:of-alerter']],
  ['get states we', ['web:of-monitor']],
  ['get --watch states we', ['web:of-monitor']],
  ['get s -o wide we', ['web:of-monitor']],
  ['get states web we', []],
  ['get alerters we', ['web:of-alerter']],
  ['get alerter we', ['web:of-alerter']],
  ['get reports we', ['web:of-report']],
  ['get members we', ['web:of-member']],
  ['get cluster ', []],
  ['get states m', []],
  ['get states --status crit', ['critical']],
  ['get states --status ok,w', ['ok,warning']],
  ['get states --status=ok,w', ['ok,warning']],
  ['get states --tags we', ['web:of-tag']],
  ['get states --tags shop,we', ['shop,web:of-tag']],
  ['get events --monitor web:o', ['web:of-monitor']],
  ['get events --monitor=web:o', ['web:of-monitor']],
  ['get events --type we', ['web:of-event-type']],
  ['get e --type we', ['web:of-event-type']],
  ['get states --type we', ['web:of-type']],
  ['get states --query ', []],
  ['silence add --name we', ['web:of-monitor']],
  ['silence add --tag we', ['web:of-tag']],
  ['silence add --member-tag we', ['web:of-member-tag']],
  ['silence add --status ', ['warning', 'critical', 'unknown']],
  ['silence expire we', ['web:of-silence']],
  ['silence list ', []],
  ['report --send we', ['web:of-report']],
  ['login ', []],
  ['cluster --', ['--version', '--help']],
  ['cfg --set ', []],
  ['silence list --a', ['--api', '--all']],
];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ninevolt-completion-'));
  for (const name of ['monitoring', 'stock', 'vault']) {
    mkdirSync(join(dir, 'work', name), { recursive: true });
    writeFileSync(join(dir, 'work', name, 'shop.yaml'), '');
  }
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    writeFileSync(join(dir, shell), completionScript(shell, tree));
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

/** How to ask a shell. `9volt` stands for the command that asks the cluster. */
const ASKED: Record<Shell, (line: string) => { args: string[]; leads: boolean }> = {
  bash: (line) => ({
    args: [
      '-c',
      `9volt() { echo "web:of-$2"; echo "other-of-$2"; }; compopt() { echo 'a file'; }; . '${dir}/bash'
       COMP_LINE='9volt ${line}'; COMP_POINT=\${#COMP_LINE}; _9volt; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    leads: false,
  }),
  zsh: (line) => ({
    // In place of the parts of zsh that exist only at a prompt.
    args: [
      '-fc',
      `9volt() { echo "web:of-$2"; echo "other-of-$2"; }; compdef() { }; _files() { echo 'a file'; }
       compset() { lead="$lead\${PREFIX%\${PREFIX##\${~@[-1]}}}"; PREFIX="\${PREFIX##\${~@[-1]}}"; }
       _describe() { for row in $rows; do row="\${row//\\\\:/%}"; row="\${row%%:*}"; echo "$lead\${row//\\%/:}"; done; }
       . '${dir}/zsh'
       words=(9volt "\${(@s: :):-${line}}"); CURRENT=$#words; PREFIX="$words[-1]"; _9volt`,
    ],
    leads: true,
  }),
  fish: (line) => ({
    args: [
      '--no-config',
      '-c',
      `function 9volt; echo "web:of-$argv[2]"; echo "other-of-$argv[2]"; end; source '${dir}/fish'; complete -C '9volt ${line}'`,
    ],
    leads: true,
  }),
};

/** What a shell offers. Those that leave the choice to the prompt offer all; those that lead repeat the `--flag=` before. */
function offered(shell: Shell, line: string): string[] {
  const { args, leads } = ASKED[shell](line);
  const typed = line.split(' ').at(-1) ?? '';
  const lead = typed.startsWith('--') ? typed.slice(0, typed.indexOf('=') + 1) : '';
  const cut = Math.max(...[':', '=', '@'].map((sign) => typed.slice(lead.length).lastIndexOf(sign))) + 1;
  return execFileSync(shell, args, {
    cwd: join(dir, 'work'),
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
    .split('\n')
    .map((row) => row.split('\t')[0] ?? '')
    .filter((word) => word !== '')
    .map((word) => {
      if (word === 'a file' || /(\/|\.yaml)$/.test(word)) return 'a file';
      if (leads) return word.slice(lead.length);
      return typed.slice(lead.length, lead.length + cut) + word;
    })
    .filter((word) => word === 'a file' || word.startsWith(typed.slice(lead.length)));
}

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;

  (isThere ? it : it.skip).each(OFFERS)('after "%s" offers %j', (line, expected) => {
    expect([...new Set(offered(shell, line))].sort()).toEqual([...expected].sort());
  });
});

it('zsh and fish show what each command and flag does', () => {
  for (const shell of ['zsh', 'fish'] as const) {
    const script = completionScript(shell, tree);
    expect(script).toContain('why\tShow which worker runs a monitor and why');
    expect(script).toContain('--dryrun\twrite nothing; show the changes only');
  }
});

describe.each(['bash', 'zsh'] as const)('an alias in %s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;

  (isThere ? it : it.skip)('is asked for names, too', () => {
    const before = shell === 'bash' ? 'shopt -s expand_aliases\n' : '';
    const script = `${before}compdef() { :; }; told() { echo "named-$2"; }\nalias 9volt=told\n. '${dir}/${shell}'
      ${shell === 'zsh' ? 'setopt noaliases' : ''}\nfound='' kind='' files='' value='' typed=''; __9volt_find '' why; echo "$found"`;
    const flags = shell === 'zsh' ? ['-fc'] : ['-c'];
    expect(execFileSync(shell, [...flags, script], { encoding: 'utf8' }).trim()).toBe('named-monitor');
  });
});
