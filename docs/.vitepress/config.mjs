// The static site of these pages: `npm run docs:site`. The API serves it at /help/, so nothing in it comes from elsewhere.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { defineConfig } from 'vitepress';

const DOCS = join(import.meta.dirname, '..');
const BASE = '/help/';
const SCRIPTS = 'assets/inline';
/** How the project is made: for its developers, who have the repository. */
const FOR_DEVELOPERS = ['adr/**', 'architecture/**', 'add-a-monitor.md', 'add-an-alerter.md'];

/** The scripts that the theme writes into its pages. The content security policy permits only files. */
const inlineScripts = new Map();

export default defineConfig({
  title: '9volt',
  description: 'Distributed monitoring that operators trust with their sleep',
  base: BASE,
  outDir: 'dist',
  cacheDir: '../node_modules/.vitepress',
  srcExclude: FOR_DEVELOPERS,
  rewrites: { 'README.md': 'index.md', ':dir/README.md': ':dir/index.md' },
  metaChunk: true,
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => markdown.core.ruler.push('links', adaptLinks),
  },
  transformHtml: (html) =>
    html.replaceAll(/<script(?: id="[^"]*")?>([^]+?)<\/script>/g, (_, code) => {
      const name = `${SCRIPTS}.${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
      inlineScripts.set(name, code);
      return `<script src="${BASE}${name}"></script>`;
    }),
  buildEnd({ outDir }) {
    mkdirSync(join(outDir, 'assets'), { recursive: true });
    for (const [name, code] of inlineScripts) writeFileSync(join(outDir, name), code);
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [{ text: 'Dashboard', link: '/../ui/', target: '_self' }],
    sidebar: [
      group('Start', ['concepts', 'tutorial', 'glossary', 'coming-from', 'faq']),
      group('How to …', ['how-to/README', ...pagesIn('how-to')]),
      group('Use', ['configuration', 'notifications', 'history', 'status-page', 'dashboard', 'cli', 'api']),
      group('Types of monitors', pagesIn('monitors'), true),
      group('Types of alerters', pagesIn('alerters'), true),
      group('Deploy', ['deploy/README', ...pagesIn('deploy'), 'upgrading']),
      group('Operate', [
        'troubleshooting',
        'runbook',
        'metrics',
        'remote-write',
        'retention',
        'reliability',
        'security',
        'performance',
      ]),
    ],
  },
});

function group(text, pages, collapsed) {
  return {
    text,
    collapsed,
    items: pages.map((page) => ({ text: titleOf(page), link: `/${page.replace(/README$/, '')}` })),
  };
}

function pagesIn(directory) {
  return readdirSync(join(DOCS, directory))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `${directory}/${name.slice(0, -3)}`)
    .sort();
}

function titleOf(page) {
  const heading = /^# (.+)$/m.exec(readFileSync(join(DOCS, `${page}.md`), 'utf8'));
  if (!heading) throw new Error(`docs/${page}.md has no title`);
  return heading[1].replaceAll('`', '').replace(/^(?:Monitor|Alerter): /, '');
}

/** The anchor that GitHub gives a heading: the pages link to that. The theme would put a sign before a digit. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * Shows a link to a file that is no page of the site as its text: the site has no repository beside it. A README is the index of its
 * directory here.
 */
function adaptLinks({ tokens, env }) {
  const page = env.relativePath;
  for (const token of tokens) {
    let isDropped = false;
    token.children = token.children?.filter((child) => {
      if (child.type === 'link_open') {
        isDropped = !isOnSite(page, child.attrGet('href'));
        child.attrSet('href', child.attrGet('href').replace(/(^|\/)README\.md(?=#|$)/, '$1index.md'));
      }
      return !isDropped || (child.type !== 'link_open' && child.type !== 'link_close');
    });
  }
}

function isOnSite(page, href) {
  if (/^(?:[a-z]+:|#)/.test(href)) return true;
  const path = posix.join(dirname(page), href.replace(/#.*/, ''));
  const isForDevelopers = FOR_DEVELOPERS.some(
    (pattern) => path === pattern || path.startsWith(pattern.replace('**', '')),
  );
  return !isForDevelopers && !path.startsWith('..') && path.endsWith('.md') && existsSync(join(DOCS, path));
}
