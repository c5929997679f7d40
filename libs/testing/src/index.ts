export * from './authority.js';
export * from './certificate.js';
export * from './event-stream.js';
export * from './some-of.js';
export * from './tcp-server.js';
export * from './wait-for.js';
