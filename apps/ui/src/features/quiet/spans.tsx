import { Button, Group } from '@mantine/core';

const HOUR_MS = 3_600_000;
const SPANS: readonly [string, number][] = [
  ['10 min', HOUR_MS / 6],
  ['1 hour', HOUR_MS],
  ['8 hours', 8 * HOUR_MS],
  ['1 day', 24 * HOUR_MS],
  ['1 week', 168 * HOUR_MS],
];

/** Usual durations to choose from. */
export function Spans({ onChoose }: { onChoose: (ms: number) => void }) {
  return (
    <Group gap="xs" mb="sm">
      {SPANS.map(([label, ms]) => (
        <Button key={label} size="compact-sm" variant="default" onClick={() => onChoose(ms)}>
          {label}
        </Button>
      ))}
    </Group>
  );
}

/** The value of a field of local time, to the minute. */
export function localInput(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}

/** The fault of a time that must be in the future. */
export function faultOfEnd(local: string, now: number): string | undefined {
  const at = Date.parse(local);
  if (Number.isNaN(at)) return 'Enter a date and a time';
  return at <= now ? 'Choose a time in the future' : undefined;
}
