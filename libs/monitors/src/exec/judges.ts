import { capped, type CheckResult, type Status } from '@9volt/contracts';
import type { Exit } from '@9volt/process';
import { PluginHead } from '../nagios/plugin-head.js';
import { pluginVerdict } from '../nagios/plugin-verdict.js';
import { excerpt } from '../probe/excerpt.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { SubstringSearch } from '../probe/substring-search.js';

/** How much of a plugin's text, and of its performance data, is read. */
const PLUGIN_PART_BYTES = 65_536;

/** Turns the output and the end of a program into a verdict. */
export interface Judge {
  /** The end of a good run, in words. */
  readonly expected: string;
  /** The status if the program cannot be started. */
  readonly ifNotStarted: Status;
  /** Gets the output of the program. */
  hear(chunk: Buffer, from: 'stdout' | 'stderr'): void;
  judge(exit: Exit): CheckResult;
}

/** Expects an exit code, and a text in the output of either stream. */
export class OutputJudge implements Judge {
  readonly expected: string;
  readonly ifNotStarted = 'critical';
  private readonly output: SubstringSearch;

  constructor(
    private readonly command: string,
    private readonly code: number,
    private readonly text: string,
    private readonly run: ProbeRun,
  ) {
    this.expected = `exit code ${code}`;
    this.output = new SubstringSearch(text);
  }

  hear(chunk: Buffer): void {
    this.output.push(chunk);
  }

  judge({ code, killedBy }: Exit): CheckResult {
    const { command, expected, output, run } = this;
    const said = excerpt(output.head());
    if (killedBy !== null) {
      return run.failed(
        `Command '${command}' was killed by ${killedBy}, expected exit code '${this.code}'. Output: ${said}`,
        expected,
        `killed by ${killedBy}`,
      );
    }
    if (code !== this.code) {
      return run.failed(
        `Command '${command}' exited with '${code}', expected '${this.code}'. Output: ${said}`,
        expected,
        `exit code ${code}`,
      );
    }
    if (output.found) return run.ok();
    const wanted = excerpt(this.text, 256);
    return run.failed(
      `Command '${command}' output does not contain expected output. Expected: ${wanted} Output: ${said}`,
      wanted,
      output.bytes === 0 ? 'no output' : capped(said, 200),
    );
  }
}

/** Takes the verdict of a Nagios plugin, with its standard output, or else its standard error, as text. */
export class PluginJudge implements Judge {
  readonly expected = 'ok';
  readonly ifNotStarted = 'unknown';
  private readonly heard = { stdout: new PluginHead(PLUGIN_PART_BYTES), stderr: new PluginHead(PLUGIN_PART_BYTES) };

  constructor(
    private readonly command: string,
    private readonly run: ProbeRun,
  ) {}

  hear(chunk: Buffer, from: 'stdout' | 'stderr'): void {
    this.heard[from].push(chunk);
  }

  judge({ code, killedBy }: Exit): CheckResult {
    const { stdout, stderr } = this.heard;
    const output = (stdout.bytes > 0 ? stdout : stderr).text();
    if (code !== null) return pluginVerdict(this.run, code, output);
    const found = `killed by ${killedBy}`;
    const message = `Command '${this.command}' was ${found}. Output: ${excerpt(output)}`;
    return this.run.verdict('unknown', message, this.expected, found);
  }
}
