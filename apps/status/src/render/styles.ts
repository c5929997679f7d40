import { createHash } from 'node:crypto';

/** In the page itself: one request shows it. No colour carries a meaning alone. */
export const STYLES = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1d21;--mute:#555d66;--line:#d5dae0;--card:#f6f8fa;
--up:#116329;--degraded:#7a4f00;--down:#b3161c;--maintenance:#0a53a8;--unknown:#555d66;--paused:#555d66}
@media(prefers-color-scheme:dark){:root{--bg:#101418;--fg:#e8ebee;--mute:#a3adb8;--line:#333b44;--card:#181d23;
--up:#57d17c;--degraded:#e5b044;--down:#ff8a84;--maintenance:#7db8ff;--unknown:#a3adb8;--paused:#a3adb8}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:46rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.5rem 0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:0;overflow-wrap:anywhere}
p{margin:.25rem 0;white-space:pre-line;overflow-wrap:anywhere}
ul{list-style:none;margin:.5rem 0 0;padding:0}
li{padding:.5rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
section,.note,.verdict{border:1px solid var(--line);border-radius:.5rem;background:var(--card);padding:.75rem 1rem;margin:1rem 0}
.verdict{font-size:1.2rem;font-weight:600;border-left-width:.5rem;border-left-color:currentColor}
.row{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;align-items:baseline}
.state{font-weight:600}
.mute{color:var(--mute);font-size:.875rem}
.up{color:var(--up)}.degraded{color:var(--degraded)}.down{color:var(--down)}
.maintenance{color:var(--maintenance)}.unknown{color:var(--unknown)}.paused{color:var(--paused)}
.note{border-left:.5rem solid var(--maintenance)}
.note.warning{border-left-color:var(--degraded)}.note.incident{border-left-color:var(--down)}
a{color:inherit}
.strip{display:block;width:100%;height:1.5rem;margin-top:.25rem}
.strip .up{fill:var(--up)}.strip .degraded{fill:var(--degraded)}.strip .down{fill:var(--down)}.strip .unknown{fill:var(--line)}
.strip .maintenance{fill:var(--maintenance)}
`;

/** Nothing but the styles above: no script, no frame, no form, nothing from elsewhere. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLES).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
