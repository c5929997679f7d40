import { useTextOfNow } from '../lib/clock.js';
import { absolute, localShort, relative, spanInWords } from '../lib/format.js';

/**
 * `ago`: how long ago; `span`: the same without the word; `local`: the time of day; `due`: in how long, and `now` once it is over.
 * The absolute time on hover.
 */
export type InstantForm = 'ago' | 'span' | 'local' | 'due';

export function Instant({ at, form = 'ago' }: { at: string | null | undefined; form?: InstantForm }) {
  const ms = at ? Date.parse(at) : NaN;
  const text = useTextOfNow((now) => (Number.isNaN(ms) ? '–' : textOf(ms, now, form)));
  if (!at || Number.isNaN(ms)) return <span>–</span>;
  return (
    <time dateTime={at} title={absolute(ms)}>
      {text}
    </time>
  );
}

function textOf(ms: number, now: number, form: InstantForm): string {
  switch (form) {
    case 'ago':
      return relative(ms, now);
    case 'due':
      return ms <= now ? 'now' : relative(ms, now);
    case 'span':
      return spanInWords(now - ms);
    case 'local':
      return localShort(ms, now);
  }
}
