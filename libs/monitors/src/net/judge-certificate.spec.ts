import { describe, expect, it } from '@jest/globals';
import { judgeExpiry, worstFirst } from './judge-certificate.js';

const notAfter = '2026-03-11T23:59:59.000Z';

describe('the expiry of a certificate', () => {
  it.each([
    [30, { warningDays: 14, criticalDays: 3 }, undefined],
    [14, { warningDays: 14, criticalDays: 3 }, undefined],
    [13, { warningDays: 14, criticalDays: 3 }, ['warning', 'expires in 13 days']],
    [3, { warningDays: 14, criticalDays: 3 }, ['warning', 'expires in 3 days']],
    [2, { warningDays: 14, criticalDays: 3 }, ['critical', 'expires in 2 days']],
    [1, { warningDays: undefined, criticalDays: 3 }, ['critical', 'expires in 1 day']],
    [0, { warningDays: 1, criticalDays: undefined }, ['warning', 'expires in less than a day']],
    [0, { warningDays: 0, criticalDays: 0 }, undefined],
    [0, { warningDays: undefined, criticalDays: undefined }, undefined],
    [-1, { warningDays: undefined, criticalDays: undefined }, ['critical', 'expired on 2026-03-11']],
  ])('in %i days, with the limits %j: %j', (daysLeft, limits, expected) => {
    const finding = judgeExpiry({ daysLeft, notAfter }, limits);
    expect(finding && [finding.status, finding.found]).toEqual(expected);
  });

  it('is reported with its date and what was expected', () => {
    expect(judgeExpiry({ daysLeft: 5, notAfter }, { warningDays: 14, criticalDays: 1 })).toEqual({
      status: 'warning',
      message: 'The certificate expires in 5 days, on 2026-03-11; expected at least 14 days',
      expected: 'valid for at least 14 days',
      found: 'expires in 5 days',
    });
  });
});

it('the worst of several findings comes first', () => {
  const finding = (status: 'warning' | 'critical', message: string) => ({ status, message, expected: '', found: '' });
  const findings = [finding('warning', 'a'), undefined, finding('critical', 'b'), finding('critical', 'c')];
  expect(worstFirst(findings).map(({ message }) => message)).toEqual(['b', 'c', 'a']);
});
