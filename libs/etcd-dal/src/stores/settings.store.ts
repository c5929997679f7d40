import { MAX_SETTINGS_BYTES, parse, type Parsed } from '../codec.js';
import type { Watchable } from '../shape.js';

/** `monitor/<name>` or `alerter/<name>`. Anybody may write there, so nothing is skipped: people must see what is refused. */
export class SettingsStore {
  constructor(private readonly prefix: string) {}

  nameOf(key: string): string {
    return key.slice(this.prefix.length);
  }

  /** Each as `judge` finds it. A value that is too large or not JSON comes as a fault and was not judged. */
  judged<T>(judge: (name: string, raw: Parsed) => T): Watchable<T> {
    return {
      prefix: this.prefix,
      decode: ({ key, value }) => judge(this.nameOf(key), parse(value, MAX_SETTINGS_BYTES)),
    };
  }
}
