import { expect, test } from '@jest/globals';
import { reportOf } from '../history/report.js';
import { reportCsv } from './report-csv.js';

function firstCell(name: string): string {
  const monitor = { name, groups: [], sum: undefined, incidents: [] };
  const csv = reportCsv(reportOf([monitor], { from: 0, to: 1 }, false).lines);
  return csv.slice(csv.indexOf('\r\n') + 2).replace(/,1,,,,0,.*\r\n$/, '');
}

test.each([
  ['web', 'web'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=1+1', "'=1+1"],
  ['@web', "'@web"],
  ['-x', "'-x"],
  ['a=b', 'a=b'],
  ['+x', "'+x"],
  ['＝1+1', "'＝1+1"],
  ['\t=1+1', `"'\t=1+1"`],
  ['\r=1+1', `"'\r=1+1"`],
  ['\n=1+1', `"'\n=1+1"`],
  // A program that separates by semicolons would see a formula in the second cell.
  ['a;=1+1', '"a;=1+1"'],
  ['a\t=1+1', '"a\t=1+1"'],
  ['=cmd|"/C calc"!A0', `"'=cmd|""/C calc""!A0"`],
  ['line\nbreak', '"line\nbreak"'],
  ["it's", "it's"],
  ['näme 🔥', 'näme 🔥'],
  [' a ', ' a '],
])('%s is written as %s', (name, cell) => {
  expect(firstCell(name)).toBe(cell);
});
