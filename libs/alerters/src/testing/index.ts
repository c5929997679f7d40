export * from './http-stand-in.js';
export * from './noted-targets.js';
export * from './pagerduty-stand-in.js';
export * from './parse-mail.js';
export * from './sample-alerts.js';
export * from './slack-stand-in.js';
export * from './smtp-sink.js';
export * from './stand-in.js';
