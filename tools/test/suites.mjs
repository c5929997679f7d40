// Every suite of tests except `npm test` itself: its needs, its specs, and how long it may take. `npm run test:<name>`.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from '../console.mjs';
import { ensureGoTools, etcdTools } from '../setup/go-tools.mjs';
import { currentEtcdDir } from '../setup/local-tools.mjs';
import { deployNeeds, faultNeeds, realNeeds, testNeeds } from '../setup/test-needs.mjs';
import { runFaults } from './faults.mjs';
import { isStory, specsEndingIn, testProjects } from './projects.mjs';
import { runFailedAlone, runPaths, runSpecs } from './run-specs.mjs';

const minute = 60_000;

/**
 * @typedef {object} Suite
 * @property {object[]} needs Debian packages, all of them required unless marked otherwise
 * @property {boolean} [needsAll] whether a package that cannot be installed is a failure of the suite
 * @property {() => void} [tools] installs more
 * @property {Record<string, object>} [options] as `parseArgs` takes them
 * @property {(root: string, words: string[], values: object) => Plan | string} plan a fault of the command line in words, or what to run
 * @typedef {{ builds: boolean, run: (report: import('./report.mjs').Report) => Promise<void> }} Plan
 */

/** @type {Record<string, Suite>} */
export const suites = {
  // The specs *.real.spec.ts: real servers from Debian, and more time than `npm test` has. Words are parts of paths.
  real: {
    needs: realNeeds,
    needsAll: true,
    plan(root, parts) {
      const projects = testProjects(root)
        .map((project) => ({ ...project, specs: chosen(specsEndingIn('.real.spec.ts', root, project), parts) }))
        .filter(({ specs }) => specs.length > 0);
      if (projects.length === 0) return `There is no spec named *.real.spec.ts${withPart(parts)}.`;
      return {
        builds: projects.some(isStory),
        run: async (report) => {
          for (const project of projects) await runPaths(root, report, { ...project, timeoutMs: 20 * minute });
        },
      };
    },
  },

  // The specs of e2e/deploy, which test the ways of deploying. `npm test` runs the quick ones, and skips those whose tool is
  // missing.
  deploy: {
    needs: deployNeeds,
    needsAll: true,
    tools: () => ensureGoTools(),
    plan(root, parts) {
      const specs = chosen(specsEndingIn('.spec.ts', root, { dir: 'e2e/deploy' }), parts);
      if (specs.length === 0) return `There is no spec in e2e/deploy${withPart(parts)}.`;
      const stage = { name: 'deploy', dir: 'e2e', specs, timeoutMs: 60 * minute, env: { TEST_DEPLOY: '1' } };
      return { builds: true, run: (report) => runPaths(root, report, stage) };
    },
  },

  // The specs of every project that uses etcd, or of the named ones, against a current etcd instead of Debian's. An etcd in
  // .tools/etcd-3.6 is used as it is.
  etcd: {
    needs: testNeeds,
    tools: () => ensureGoTools(etcdTools),
    plan(root, named) {
      const all = testProjects(root).filter((project) => usesEtcd(root, project));
      const unknown = named.filter((name) => !all.some((project) => project.name === name));
      if (unknown.length > 0) {
        return `No such project: ${unknown.join(', ')}. Those with etcd are: ${all.map(({ name }) => name).join(', ')}.`;
      }
      const projects = named.length > 0 ? all.filter(({ name }) => named.includes(name)) : all;
      return {
        builds: projects.some(isStory),
        run: async (report) => {
          step('etcd', currentEtcdDir);
          process.env.PATH = [currentEtcdDir, process.env.PATH].join(delimiter);
          await runFailedAlone(root, report, await runSpecs(root, report, [...projects]));
        },
      };
    },
  },

  // Every scenario of e2e/faults, with real faults, and the table of what they measured. Words are patterns of jest. The scenario of the
  // history runs with as many monitors, and for as long, as requested.
  faults: {
    needs: faultNeeds,
    options: { monitors: { type: 'string', default: '60' }, minutes: { type: 'string', default: '3' } },
    plan(root, patterns, values) {
      const [monitors, minutes] = [Number(values.monitors), Number(values.minutes)];
      if (!(monitors > 0 && minutes >= 3))
        return 'Expected --monitors with a number above 0, and --minutes with at least 3.';
      return {
        builds: true,
        run: (report) => runFaults(root, report, { args: patterns, history: { monitors, minutes } }),
      };
    },
  },

  // Faults drawn at random, for as long as requested.
  soak: {
    needs: faultNeeds,
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
    plan(root, _words, values) {
      const minutes = Number(values.minutes);
      const seed = Number(values.seed);
      if (!(minutes > 0) || !Number.isInteger(seed)) {
        return 'Expected --minutes with a number above 0, and --seed with a whole number.';
      }
      return { builds: true, run: (report) => runFaults(root, report, { soak: { minutes, seed } }) };
    },
  },

  'fuzz-api': fuzz('api'),
  'fuzz-etcd': fuzz('etcd'),
};

/** Random input for this many seconds; the seed is printed, and can be set. */
function fuzz(what) {
  return {
    needs: testNeeds,
    options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' } },
    plan(root, _words, { seconds, seed }) {
      if (!(Number(seconds) > 0)) return 'Expected --seconds with a number above 0.';
      const stage = {
        name: `fuzz-${what}`,
        dir: 'e2e',
        specs: [`e2e/security/fuzz-${what}.spec.ts`],
        timeoutMs: (Number(seconds) + 300) * 1_000,
        env: { FUZZ_SECONDS: seconds, ...(seed === undefined ? {} : { FUZZ_SEED: seed }) },
      };
      return { builds: true, run: (report) => runPaths(root, report, stage) };
    },
  };
}

function chosen(paths, parts) {
  return paths.filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)));
}

function withPart(parts) {
  return parts.length > 0 ? ` with ${parts.join(' or ')} in its path` : '';
}

function usesEtcd(root, { project, dir }) {
  const file = join(root, isStory({ project }) ? project : dir, 'package.json');
  if (!existsSync(file)) return false;
  const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return [name, ...Object.keys(dependencies), ...Object.keys(devDependencies)].includes('@9volt/etcd-dal');
}
