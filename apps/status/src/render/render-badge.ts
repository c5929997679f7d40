import { type PublicStatus, STATUS_WORDS } from '../view/public-status.js';
import { escape } from './escape.js';

/** With white text on them, each has a contrast of 4.5 or more. */
const COLOURS: Readonly<Record<PublicStatus, string>> = {
  up: '#116329',
  degraded: '#8a5a00',
  down: '#b3161c',
  maintenance: '#0a53a8',
  unknown: '#555d66',
  paused: '#555d66',
};
const CHARACTER_WIDTH = 7;
const MAX_LABEL = 60;

/** A picture of a name and its state, for other pages. */
export function renderBadge(name: string, status: PublicStatus, words = STATUS_WORDS[status].toLowerCase()): string {
  const label = name.length > MAX_LABEL ? `${name.slice(0, MAX_LABEL - 1)}…` : name;
  const [left, right] = [widthOf(label), widthOf(words)];
  const text = (content: string, x: number, width: number): string =>
    `<text x="${x + width / 2}" y="14" textLength="${width - 12}" lengthAdjust="spacingAndGlyphs">${escape(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${escape(`${label}: ${words}`)}">`,
    `<title>${escape(`${label}: ${words}`)}</title>`,
    `<rect width="${left}" height="20" fill="#333b44"/><rect x="${left}" width="${right}" height="20" fill="${COLOURS[status]}"/>`,
    `<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">`,
    text(label, 0, left),
    text(words, left, right),
    '</g></svg>',
  ].join('');
}

function widthOf(text: string): number {
  return [...text].length * CHARACTER_WIDTH + 12;
}
