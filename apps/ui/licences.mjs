import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

export const LICENCES_FILE = 'licences.txt';
const LEGAL_FILE = /^(?:licen[cs]e|notice|copying)/i;

/** Puts the licences of all packages in the bundle beside it: most of them require that. */
export function licences() {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      // Styles are in no chunk of code by then.
      const styles = [...this.getModuleIds()].filter((id) => /\.css(?:\?|$)/.test(id));
      const packages = packagesOf([...files, ...styles]);
      this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source: textOf(packages) });
    },
  };
}

/** The directories of the packages that these modules belong to. */
export function packagesOf(ids) {
  const found = ids.map((id) => packageOf(id.replace(/^\0/, '').split('?')[0])).filter((path) => path !== undefined);
  return [...new Set(found)].sort();
}

function packageOf(file) {
  const mark = `${sep}node_modules${sep}`;
  const at = file.lastIndexOf(mark);
  if (at < 0) return undefined;
  const [scope, name] = file.slice(at + mark.length).split(sep);
  return join(file.slice(0, at + mark.length), scope?.startsWith('@') ? join(scope, name ?? '') : (scope ?? ''));
}

function textOf(packages) {
  const parts = packages.map((directory) => {
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const texts = legalFiles(directory).map((file) => readFileSync(file, 'utf8').trim());
    return [
      `${manifest.name} ${manifest.version} (${manifest.license})`,
      ...(texts.length > 0 ? texts : [withoutText(manifest)]),
    ].join('\n\n');
  });
  return `The dashboard of 9volt contains code of these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function legalFiles(directory) {
  const files = readdirSync(directory).filter((file) => LEGAL_FILE.test(file));
  return files.sort().map((file) => join(directory, file));
}

/**
 * Some packages name their licence without its text. Any other licence than these would need its own text, so it fails the build.
 */
function withoutText({ name, license, author }) {
  if (license !== 'MIT') throw new Error(`${name}: expected a text of its licence (${license}) in the package`);
  const by = typeof author === 'object' ? author.name : author;
  return `The package brings no text of its licence. It says: MIT${by ? `, by ${by}` : ''}. These are its terms:\n\n${MIT_TERMS}`;
}

const MIT_TERMS = readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8')
  .replace(/^[\s\S]*?(?=Permission is)/, '')
  .trim();
