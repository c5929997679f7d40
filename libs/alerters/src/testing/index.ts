export * from './certificate.js';
export * from './http-stand-in.js';
export * from './pagerduty-stand-in.js';
export * from './sample-alerts.js';
export * from './slack-stand-in.js';
export * from './stand-in.js';
export * from './unused-port.js';
