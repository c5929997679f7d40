export * from './archive-connection.js';
export * from './archive-fault.js';
export * from './archive-reader.js';
export * from './archive-settings.js';
export * from './archive-writer.js';
export * from './periods.js';
