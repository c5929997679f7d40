import type { Alert } from '@9volt/contracts';

export function sampleAlarm(more: Partial<Alert> = {}): Alert {
  return {
    type: 'critical',
    monitor: 'web',
    monitorType: 'http',
    target: 'GET https://shop.example.com/',
    description: 'Home page of the shop',
    tags: ['shop', 'production'],
    status: 'critical',
    worst: 'critical',
    message: "Received status code '502' does not match expected status code '200'",
    expected: 'status code 200',
    found: 'status code 502',
    since: '2026-03-01T10:00:00.000Z',
    at: '2026-03-01T10:00:20.000Z',
    attempts: 3,
    warningThreshold: 1,
    criticalThreshold: 3,
    worker: 'worker-1',
    key: '9volt/web/100.1',
    link: 'https://9volt.example.com/ui/monitor/web',
    ...more,
  };
}

export function sampleResolve(more: Partial<Alert> = {}): Alert {
  return sampleAlarm({ type: 'resolve', reason: 'recovered', status: 'ok', at: '2026-03-01T10:02:05.000Z', ...more });
}

/** Somebody acknowledged the incident. */
export function sampleNote(more: Partial<Alert> = {}): Alert {
  const note = { kind: 'acknowledged' as const, author: 'ann', comment: 'disk ordered' };
  return sampleAlarm({ note, at: '2026-03-01T10:01:00.000Z', ...more });
}

/** Texts that must have no effect in any channel, and still be shown. */
export const HOSTILE_TEXTS = {
  markup: `<script>alert('9volt')</script><img src=x onerror="alert(1)"> &lt;b&gt; *bold* [link](https://evil.example)`,
  mention: '<!channel> <@U12345> <!here|here> <https://evil.example|click>',
  headers: 'Hello\r\nBcc: victim@example.com\r\n\r\nNew body\n.\r\nQUIT\r\n',
  emoji: 'on fire 🔥🚒 \ud83d alone',
  hidden: 'a\u0000b\u001b[31mc\u202egnp.exe\u2028d',
  long: '🔥'.repeat(32_768),
} as const;

export function hostileAlert(text: string): Alert {
  return sampleAlarm({
    monitor: text,
    target: text,
    description: text,
    message: text,
    expected: text,
    found: text,
    tags: [text, text],
    worker: text,
    link: `javascript:${text}`,
  });
}

/** Two alarms of one tag in one message. */
export function sampleGroup(): Alert {
  return sampleAlarm({
    group: {
      by: 'tag shop',
      alarms: 2,
      resolves: 0,
      shown: ['web', 'db'].map((monitor) => ({
        monitor,
        type: 'critical',
        message: 'N/A',
        since: '2026-03-01T10:00:00.000Z',
      })),
    },
  });
}
