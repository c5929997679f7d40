import { describe, expect, it } from '@jest/globals';
import type { MonitorSettings, RequestBody } from '@9volt/contracts';
import { mayServe } from './may-serve.js';

function test(memberTag?: string, inSettings?: string): RequestBody {
  const settings = { type: 'tcp', interval: '1s', 'member-tag': inSettings } as MonitorSettings;
  return { kind: 'test-monitor', name: 'web', settings, ...(memberTag === undefined ? {} : { memberTag }) };
}

const run: RequestBody = { kind: 'run', monitor: 'web' };
const alerter: RequestBody = { kind: 'test-alerter', name: 'team', settings: { type: 'slack', options: {} } };
const newer = { kind: 'of a newer version' } as unknown as RequestBody;

describe('who may answer', () => {
  it.each<[string, RequestBody, string[], boolean, boolean]>([
    ['the owner runs', run, [], true, true],
    ['nobody else runs', run, [], false, false],
    ['an untagged worker tries what has no tag', test(), [], false, true],
    ['a tagged one does not', test(), ['eu'], false, false],
    ['one that carries the tag tries it', test('eu'), ['us', 'eu'], false, true],
    ['others do not', test('eu'), ['us'], false, false],
    ['nor an untagged one', test('eu'), [], false, false],
    ['the tag of the settings counts', test(undefined, 'eu'), ['eu'], false, true],
    ['unless another is asked for', test('us', 'eu'), ['eu'], false, false],
    ['any worker tries an alerter', alerter, ['eu'], false, true],
    ['what is not known is left to others', newer, [], true, false],
  ])('%s', (_case, body, tags, owned, expected) => {
    expect(mayServe(body, { tags, owns: (monitor) => owned && monitor === 'web' })).toBe(expected);
  });
});
