import { describe, expect, it } from '@jest/globals';
import { judgeMember } from './etcd-findings.js';

const MIB = 2 ** 20;
const well = { version: '3.6.16', dbSize: 20 * MIB, noSpace: false };

describe("the doctor's findings about a member of etcd that answers", () => {
  it.each([
    ['is well', {}, 'ok', /3\.6\.16, 20\.0 MiB/],
    ['is the oldest that will do', { version: '3.4.0' }, 'ok', /3\.4\.0/],
    ['is too old', { version: '3.3.27' }, 'problem', /3\.3\.27 is too old/],
    ['is of another age', { version: '2.3.8' }, 'problem', /2\.3\.8 is too old/],
    ['is newer than what is known', { version: '4.0.0' }, 'ok', /4\.0\.0/],
    ['is out of space', { noSpace: true }, 'problem', /NOSPACE/],
    ['is nearly full', { dbSize: 1_600 * MIB }, 'warning', /1600\.0 MiB/],
  ] as const)('that %s', (_what, change, verdict, found) => {
    const finding = judgeMember('etcd', { ...well, ...change });
    expect(finding).toMatchObject({ verdict, found: expect.stringMatching(found) });
    expect(finding.advice === undefined).toBe(verdict === 'ok');
  });
});
