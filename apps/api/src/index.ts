export * from './api.module.js';
export * from './set-up-api.js';
