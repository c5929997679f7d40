import { ownOf } from '@9volt/contracts/by-name';
import { readFileSync } from 'node:fs';
import { messageOf } from '@9volt/contracts/errors';
import type { Environment } from './environment.js';
import type { NodeFlags, NodeSetting, NodeSettingKey } from './node-setting.js';
import { NODE_SETTINGS } from './node-settings.js';

/** All faults of a configuration together. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Looks a setting up in flags, environment and defaults, and collects faults. */
export class SettingReader {
  /** Paths of the files with secrets that it has read. */
  readonly secretFiles: string[] = [];
  private readonly faults: string[] = [];

  constructor(
    private readonly flags: NodeFlags,
    private readonly env: Environment,
  ) {}

  text(key: NodeSettingKey): string | undefined {
    const found = this.lookUp(key);
    if (found === undefined || found === '') return undefined;
    return Array.isArray(found) ? found.join(',') : String(found);
  }

  /** Whether somebody set it, to any value. */
  isGiven(key: NodeSettingKey): boolean {
    const { env } = settingOf(key);
    return [ownOf(this.flags, key), ownOf(this.env, env), ownOf(this.env, `${env}_FILE`)].some(
      (value) => value !== undefined,
    );
  }

  list(key: NodeSettingKey): string[] {
    const parts = (this.text(key) ?? '').split(',').map((part) => part.trim());
    return [...new Set(parts.filter((part) => part !== ''))];
  }

  flag(key: NodeSettingKey): boolean {
    const text = this.text(key)?.toLowerCase();
    if (text === undefined || ['false', '0', 'no'].includes(text)) return false;
    if (!['true', '1', 'yes'].includes(text)) this.fault(key, `expected true or false, got "${text}"`);
    return true;
  }

  count(key: NodeSettingKey, least: number): number {
    const text = this.text(key) ?? '';
    const found = Number(text);
    if (/^\d{1,9}$/.test(text) && found >= least) return found;
    this.fault(key, `expected a whole number from ${least}, got "${text}"`);
    return least;
  }

  file(key: NodeSettingKey): Buffer | undefined {
    const path = this.text(key);
    if (path === undefined) return undefined;
    if (key === 'etcdKey') this.secretFiles.push(path);
    try {
      return readFileSync(path);
    } catch (error) {
      this.fault(key, `cannot read it: ${messageOf(error)}`);
      return undefined;
    }
  }

  fault(key: NodeSettingKey, problem: string): void {
    const setting = settingOf(key);
    this.faults.push(`${this.sourceOf(key, setting)}: ${problem}`);
  }

  /** The flag or variable that the person set. */
  private sourceOf(key: NodeSettingKey, { env, flags, secret }: NodeSetting): string {
    if (ownOf(this.flags, key) !== undefined) return longFlag(flags);
    if (ownOf(this.env, env) !== undefined) return env;
    return secret && ownOf(this.env, `${env}_FILE`) !== undefined ? `${env}_FILE` : longFlag(flags);
  }

  finish(): void {
    if (this.faults.length > 0) throw new ConfigError([...new Set(this.faults)]);
  }

  private lookUp(key: NodeSettingKey): string | string[] | boolean | undefined {
    const setting = settingOf(key);
    return ownOf(this.flags, key) ?? ownOf(this.env, setting.env) ?? this.secretFile(setting) ?? setting.default;
  }

  /** The content of the file that `<variable>_FILE` names. */
  private secretFile({ env, secret }: NodeSetting): string | undefined {
    const variable = `${env}_FILE`;
    const path = secret ? ownOf(this.env, variable) : undefined;
    if (path === undefined || path === '') return undefined;
    this.secretFiles.push(path);
    try {
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      this.faults.push(`${variable}: cannot read it: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function settingOf(key: NodeSettingKey): NodeSetting {
  const setting = NODE_SETTINGS.find((candidate) => candidate.key === key);
  if (!setting) throw new Error(`no such setting: ${key}`);
  return setting;
}

function longFlag(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}
