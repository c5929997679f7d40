import { describe, expect, it } from '@jest/globals';
import { judgeMonitor } from './judge-monitor.js';

describe('judgeMonitor', () => {
  it.each([
    '{"type": "http", "headers": {"Authorization": "canary-1"',
    '{"type": "http", "password": canary-1}',
    'canary-1',
    '{"canary-1"}',
  ])('says where %s stops being JSON without a word of it', (text) => {
    const judged = judgeMonitor('web', { text, bytes: text.length }, { revision: 2, createRevision: 1 });
    expect(judged).toMatchObject({ verdict: 'refused', revision: 2, createRevision: 1 });
    expect(JSON.stringify(judged)).toContain('it is not JSON');
    expect(JSON.stringify(judged)).not.toContain('canary');
  });
});
