// Horizontal bars as SVG, readable on light and dark pages.
const ROW = 22;
const GAP = 14;
const NAME_WIDTH = 330;
const BAR_WIDTH = 400;
const COLOURS = ['#2f6feb', '#8a8f98', '#b7791f', '#2f855a'];

/** `groups`: `{ name, bars: [{ name, value }] }`; all bars have one scale. */
export function bars({ title, groups }) {
  const most = Math.max(...groups.flatMap(({ bars: all }) => all.map(({ value }) => value)));
  const parts = [];
  let y = 40;
  for (const { name, bars: all } of groups) {
    if (name) parts.push(text(10, y + 15, name, 'font-weight="600"'));
    all.forEach((bar, n) => {
      const width = Math.max(1, (bar.value / most) * BAR_WIDTH);
      const fill = COLOURS[n % COLOURS.length];
      parts.push(
        text(NAME_WIDTH - 8, y + 15, bar.name, 'text-anchor="end"'),
        `<rect x="${NAME_WIDTH}" y="${y + 2}" width="${width.toFixed(1)}" height="${ROW - 5}" fill="${name ? fill : COLOURS[0]}"/>`,
        text(NAME_WIDTH + width + 6, y + 15, shown(bar.value)),
      );
      y += ROW;
    });
    y += GAP;
  }
  const size = `width="820" height="${y}" viewBox="0 0 820 ${y}"`;
  const style = '<style>text{font:13px sans-serif;fill:#24292f}rect.page{fill:#fff}</style>';
  const page = `<rect class="page" width="820" height="${y}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n${style}\n${page}\n${text(10, 22, title, 'font-weight="600"')}\n${parts.join('\n')}\n</svg>\n`;
}

function text(x, y, words, more = '') {
  const escaped = String(words).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}"${more ? ` ${more}` : ''}>${escaped}</text>`;
}

function shown(value) {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}
