// `npm run test:real`, `test:deploy`, `test:etcd`, `test:faults`, `test:soak`, `fuzz:api`, `fuzz:etcd`: one suite of tools/test/suites.mjs with all its set-up.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endStagesOnSignal } from './process/end-stages-on-signal.mjs';
import { ensureDebianPackages } from './setup/debian.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { Report } from './test/report.mjs';
import { runTool, setUp } from './test/stages.mjs';
import { suites } from './test/suites.mjs';

const root = join(import.meta.dirname, '..');
const [name, ...args] = process.argv.slice(2);
const suite = suites[name];

endStagesOnSignal();

if (!suite) refuse(`There is no suite "${name}". There are: ${Object.keys(suites).join(', ')}.`);
else {
  const plan = planOf();
  if (typeof plan === 'string') refuse(plan);
  else await run(plan);
}

function planOf() {
  try {
    const { values, positionals } = parseArgs({ args, options: suite.options ?? {}, allowPositionals: true });
    return suite.plan(root, positionals, values);
  } catch (error) {
    return error.message;
  }
}

async function run(plan) {
  const startedAt = Date.now();
  const report = new Report();
  if (isSetUp(report)) {
    if (plan.builds) await runTool(root, report, 'build', 'nx', ['run-many', '-t', 'build']);
    if (!report.hasFailed) await plan.run(report);
  }
  report.printSummary(startedAt);
  if (report.hasFailed) process.exitCode = 1;
}

function isSetUp(report) {
  if (!setUp(report, 'dependencies', () => ensureDependencies(root))) return false;
  const hasPackages = setUp(report, 'packages', () => ensureDebianPackages(suite.needs));
  if (!hasPackages && suite.needsAll) return false;
  return suite.tools === undefined || setUp(report, 'go tools', suite.tools);
}

function refuse(fault) {
  console.error(fault);
  process.exitCode = 2;
}
