import { secondsSince } from '../console.mjs';

const slowestShown = 10;
const failureLinesShown = 20;

/** Collects the results of the stages, prints each as it ends and the sum at last. */
export class Report {
  #tests = [];
  #unsteady = [];
  #counts = { passed: 0, failed: 0, skipped: 0 };

  /** @param {{ name: string, startedAt: number, passed: number, failed: number, skipped?: number, tests?: object[], output?: string }} stage */
  add({ name, startedAt, passed, failed, skipped = 0, tests = [], output = '' }) {
    this.#counts.passed += passed;
    this.#counts.failed += failed;
    this.#counts.skipped += skipped;
    this.#tests.push(...tests.map((test) => ({ ...test, stage: name, name: `${name}: ${test.name}` })));
    console.log(
      `${failed > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(14)}${sentence(passed, failed, skipped)}  ${secondsSince(startedAt)}`,
    );
    if (failed > 0 && output !== '') console.log(indent(output));
  }

  /** A failure of a stage passes when it runs alone. Reported, because it may still be a fault. */
  passedAlone({ name, startedAt, failed }) {
    this.#counts.failed -= failed;
    this.#counts.passed += failed;
    for (const test of this.#tests) {
      if (test.failure === undefined || test.stage !== name) continue;
      test.failure = undefined;
      this.#unsteady.push(test.name);
    }
    console.log(`ok    ${name.padEnd(14)}${failed} that had failed passed alone  ${secondsSince(startedAt)}`);
  }

  failedAlone({ name, startedAt }) {
    console.log(`FAIL  ${name.padEnd(14)}what had failed also fails alone  ${secondsSince(startedAt)}`);
  }

  get hasFailed() {
    return this.#counts.failed > 0;
  }

  printSummary(startedAt) {
    const slowest = this.#tests.sort((a, b) => b.durationMs - a.durationMs).slice(0, slowestShown);
    if (slowest.length > 0) console.log('\nslowest tests');
    for (const { name, durationMs } of slowest) {
      console.log(`${(durationMs / 1000).toFixed(1).padStart(7)} s  ${name}`);
    }
    for (const name of this.#unsteady) console.log(`\nfailed beside others, passed alone: ${name}`);
    this.#printFailures();
    const { passed, failed, skipped } = this.#counts;
    console.log(`\nall of it took ${secondsSince(startedAt)}`);
    console.log(sentence(passed, failed, skipped));
  }

  /** Once more at the end: a long output is read from there, and often only its end is kept. */
  #printFailures() {
    for (const { name, failure } of this.#tests.filter((test) => test.failure !== undefined)) {
      console.log(`\nfailed: ${name}`);
      console.log(indent(failure.split('\n').slice(0, failureLinesShown).join('\n')));
    }
  }
}

function sentence(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function indent(text) {
  return text.replaceAll(/^/gm, '      ');
}
