import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';

const SITE = join(import.meta.dirname, '../../docs/dist');
const BASE = '/help/';
const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
const htmlOf = (page: string): string => readFileSync(join(SITE, page), 'utf8');

it.each(someOf(pages))('%s links only to files and headings of the site', (page) => {
  const dead = [...htmlOf(page).matchAll(/\shref="([^"]+)"/g)].flatMap(([, href = '']) => {
    const { origin, pathname, hash } = new URL(href, `http://site${BASE}${page}`);
    if (origin !== 'http://site' || !pathname.startsWith(BASE)) return [];
    const file = pathname.slice(BASE.length).replace(/^$|\/$/, '$&index.html');
    if (!existsSync(join(SITE, file))) return [href];
    const anchor = decodeURIComponent(hash.slice(1));
    return anchor === '' || htmlOf(file).includes(` id="${anchor}"`) ? [] : [href];
  });
  expect(dead).toEqual([]);
});
