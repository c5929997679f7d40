/** Strokes on a grid of 16. */
const PATHS = {
  ok: 'M3 8.5l3.2 3L13 4.8',
  warning: 'M8 2.5l6 11H2zM8 6.6v3M8 11.6v.1',
  critical: 'M4 4l8 8M12 4l-8 8',
  unknown: 'M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.6M8 12.3v.1',
  pending: 'M4 8h.1M8 8h.1M12 8h.1',
  disabled: 'M6 4v8M10 4v8',
  maintenance:
    'M10.2 2.6a3.4 3.4 0 0 0-3.9 4.5L2.4 11a1.8 1.8 0 0 0 2.6 2.6l3.9-3.9a3.4 3.4 0 0 0 4.5-3.9l-2 2-2-.5-.5-2z',
  silence: 'M6.2 3.2A4 4 0 0 1 12 6.5v3.2M4 7v4l-1.2 1.5h8.4M6.7 14.2h2.6M2 2l12 12',
  orphaned:
    'M6.5 9.5l-2 2a2.1 2.1 0 0 1-3-3l2-2M9.5 6.5l2-2a2.1 2.1 0 0 1 3 3l-2 2M6 3V1.5M3 6H1.5M10 13v1.5M13 10h1.5',
  stale: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2.2 1.3',
  quarantined: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4',
  overview: 'M2 13V8.5M6 13V3M10 13V6.5M14 13V4.5',
  monitors: 'M1.5 8h3l2-5 3 10 2-5h3',
  alerters: 'M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.7 14.2h2.6',
  events: 'M5.5 4H14M5.5 8H14M5.5 12H14M2.2 4h.1M2.2 8h.1M2.2 12h.1',
  cluster: 'M8 2.2l5 2.9v5.8l-5 2.9-5-2.9V5.1zM8 8l5-2.9M8 8v5.8M8 8L3 5.1',
  report: 'M2.5 2v11.5H14M5.5 11V8M8.5 11V4.5M11.5 11V7',
  page: 'M3 2.5h10v11H3zM5.5 6h5M5.5 9h5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14',
  light:
    'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  dark: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z',
  auto: 'M2 3.2h12v7.6H2zM6 13.6h4',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.5a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.6-.9 1.2M8 11.2v.1',
  leave: 'M6.5 2.5h-4v11h4M6 8h8M11 5l3 3-3 3',
  plus: 'M8 3v10M3 8h10',
  run: 'M4.5 3l8 5-8 5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  edit: 'M10.8 2.8l2.4 2.4L6 12.4 3 13l.6-3z',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  remove: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9',
  up: 'M4 9.5L8 5.5l4 4',
  down: 'M4 6.5l4 4 4-4',
  left: 'M9.5 4l-4 4 4 4',
  right: 'M6.5 4l4 4-4 4',
  bolt: 'M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z',
  join: 'M8 3v7M5 7l3 3 3-3M3 13h10',
  depart: 'M8 10V3M5 6l3-3 3 3M3 13h10',
  send: 'M2 8l12-5.5L10 14l-2.5-5z',
  assign: 'M2 8h9M8 5l3 3-3 3M14 3v10',
  crown: 'M2.5 12.5h11M3 10L2 4.5l3.5 2.7L8 3l2.5 4.2L14 4.5 13 10z',
  balance: 'M8 2.5v11M4 13.5h8M2.5 5h11M2.5 5L1 9h3zM13.5 5L12 9h3z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: its meaning is beside it, or in a label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
