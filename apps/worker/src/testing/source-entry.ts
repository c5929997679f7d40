import { IsolatedEntry } from '../running/isolated-process.js';

/** The separate process runs from the sources, with types that kill their process. */
export class SourceEntry extends IsolatedEntry {
  forks = 0;
  override execArgv = [
    '--conditions=@9volt/source',
    '--import',
    new URL('from-source.mjs', import.meta.url).href,
    '--import',
    '@9volt/monitors/testing/poisonous-types',
  ];
  private readonly main = new URL('../running/isolated-main.ts', import.meta.url);

  override get url(): URL {
    this.forks++;
    return this.main;
  }
}
