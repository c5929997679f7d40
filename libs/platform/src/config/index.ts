// Loads next to nothing: commands that ask a node must start at once.
export * from './environment.js';
export * from './node-config.js';
export type * from './node-setting.js';
export * from './node-settings.js';
export { ConfigError } from './setting-reader.js';
export * from './version.js';
