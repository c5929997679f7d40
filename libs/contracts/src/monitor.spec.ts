import { describe, expect, it } from '@jest/globals';
import { effectiveTimeoutMs, isDisabled, MonitorSettings, thresholdsOf, timeoutFault } from './monitor.js';
import { validateSettings } from './settings/validate-settings.js';

const settings = (more: object): MonitorSettings =>
  Object.assign(new MonitorSettings(), { type: 'x', interval: '10s' }, more);

describe('the attributes of every monitor', () => {
  it.each([
    [{}, { warning: undefined, critical: 1 }],
    [
      { 'warning-threshold': 0, 'critical-threshold': 0 },
      { warning: undefined, critical: 1 },
    ],
    [{ 'warning-threshold': 2 }, { warning: 2, critical: undefined }],
    [{ 'critical-threshold': 3 }, { warning: undefined, critical: 3 }],
    [
      { 'warning-threshold': 1, 'critical-threshold': 3 },
      { warning: 1, critical: 3 },
    ],
  ])('thresholds of %j are %j', (more, expected) => {
    expect(thresholdsOf(settings(more))).toEqual(expected);
  });

  it('refuses a warning threshold above the critical one, and only that', () => {
    const judge = (more: object): boolean =>
      validateSettings(MonitorSettings, { type: 'x', interval: '1s', ...more }).ok;
    expect(judge({ 'warning-threshold': 3, 'critical-threshold': 2 })).toBe(false);
    expect(judge({ 'warning-threshold': 2, 'critical-threshold': 2 })).toBe(true);
    expect(judge({ 'warning-threshold': 3 })).toBe(true);
    expect(judge({ 'warning-threshold': -1 })).toBe(false);
  });

  it.each([
    ['1ms', true],
    ['1y', true],
    ['0s', false],
    ['999us', false],
    ['366d', false],
  ])('an interval of %s is valid: %s', (interval, valid) => {
    expect(validateSettings(MonitorSettings, { type: 'x', interval }).ok).toBe(valid);
  });

  it('takes the written timeout, else one from the default and the interval', () => {
    expect(effectiveTimeoutMs('2s', 3_000, 10_000)).toBe(2_000);
    expect(effectiveTimeoutMs(undefined, 3_000, 10_000)).toBe(3_000);
    expect(effectiveTimeoutMs(undefined, 3_000, 2_000)).toBe(2_000);
    expect(effectiveTimeoutMs(undefined, 3_000, 1)).toBe(1_000);
  });

  it('refuses a written timeout that is not below the interval', () => {
    expect(timeoutFault(settings({ timeout: '10s' }), 'timeout')).toHaveLength(1);
    expect(timeoutFault(settings({ timeout: '9999ms' }), 'timeout')).toEqual([]);
    expect(timeoutFault(settings({}), 'timeout')).toEqual([]);
  });

  it('is disabled by the flag, or until a time in the future', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(isDisabled(settings({}), now)).toBe(false);
    expect(isDisabled(settings({ disable: true }), now)).toBe(true);
    expect(isDisabled(settings({ 'disable-until': '2026-01-01T00:00:01Z' }), now)).toBe(true);
    expect(isDisabled(settings({ 'disable-until': '2026-01-01T00:00:00Z' }), now)).toBe(false);
    expect(isDisabled(settings({ 'disable-until': '2026-01-01T01:00:00+02:00' }), now)).toBe(false);
  });
});
