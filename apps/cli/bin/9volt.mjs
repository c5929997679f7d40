#!/usr/bin/env node
// In git, so that npm links node_modules/.bin/9volt before the first build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/bundle/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('9volt is not built yet: run "npm run build" in the repository first.');
  process.exitCode = 1;
}
