const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

/** In the reader's time zone; nothing for no instant. */
export function Instant({ at }: { at: string | null }) {
  return at === null ? null : <time dateTime={at}>{LOCAL.format(new Date(at))}</time>;
}
