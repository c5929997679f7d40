/** Servers of databases: apart from the rest, because they load a client. */
export * from './database-process.js';
export * from './postgres-server.js';
