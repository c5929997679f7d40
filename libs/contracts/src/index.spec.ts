import { describe, expect, it } from '@jest/globals';
import { clusterConfigFaults } from './cluster-config.js';
import { isName } from './name.js';
import { nearest } from './settings/nearest.js';
import { timeId } from './time-id.js';

describe('names', () => {
  it.each(['web', 'Web Shop 1', 'a.b:c@d_e-f', 'größe', '日本', '__proto__', 'x'.repeat(200)])(
    '%s can name a monitor',
    (name) => {
      expect(isName(name)).toBe(true);
    },
  );
  it.each(['', 'a/b', ' a', 'a ', 'a\nb', 'a\u0000', '.', '..', 'x'.repeat(201)])('%j cannot', (name) => {
    expect(isName(name)).toBe(false);
  });
});

describe('the nearest name', () => {
  it.each([
    ['intervall', 'interval'],
    ['Interval', 'interval'],
    ['statuscode', 'status-code'],
    ['xyz', undefined],
    ['', undefined],
  ])('of %s is %s', (name, expected) => {
    expect(nearest(name, ['interval', 'timeout', 'status-code'])).toBe(expected);
  });
});

describe('ids by time', () => {
  it('sort in the order in which they were made, and are unique', () => {
    const ids = Array.from({ length: 10_000 }, () => timeId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-z]{24}$/.test(id))).toBe(true);
  });
});

describe('the configuration of the cluster', () => {
  it.each([
    [{}, []],
    [{ HeartbeatInterval: '1s', HeartbeatTimeout: '2s' }, []],
    [{ HeartbeatInterval: '4s', HeartbeatTimeout: '6s' }, ['/HeartbeatInterval']],
    [{ HeartbeatInterval: '500ms', HeartbeatTimeout: '1s' }, ['/HeartbeatTimeout']],
    [{ StateDumpInterval: 0 }, ['/StateDumpInterval']],
    [{ HeartbeatInterval: 'x' }, ['/HeartbeatInterval']],
    [{ HeartbeatInterval: 3_000_000_000 }, []],
    [5, ['']],
    [{ HeartbeatTimeout: '25h' }, ['/HeartbeatTimeout']],
    [{ 'coverage-alerter': 'team', 'dead-man-url': 'https://example.com/ping/x', 'compact-etcd': false }, []],
    [{ 'coverage-alerter': 'a/b' }, ['/coverage-alerter']],
    [{ 'dead-man-url': 'ftp://secret' }, ['/dead-man-url']],
    [{ 'compact-etcd': 'no' }, ['/compact-etcd']],
    [{ Future: 1 }, []],
  ])('%j has faults at %j', (raw, paths) => {
    expect(clusterConfigFaults(raw).map(({ path }) => path)).toEqual(paths);
  });
});
