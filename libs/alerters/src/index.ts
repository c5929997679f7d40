export * from './attempt-delivery.js';
export { callUrl } from './call-url.js';
export * from './define-alerter.js';
export * from './mask-alerter.js';
export * from './registry.js';
export * from './render-alert.js';
export * from './test-alert.js';
export * from './validate-alerter.js';
