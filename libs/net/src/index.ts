export * from './connect-any.js';
export * from './http/chunked.js';
export * from './http/exchange.js';
export * from './http/fields.js';
export * from './http/framing.js';
export * from './http/head.js';
export * from './tls-words.js';
