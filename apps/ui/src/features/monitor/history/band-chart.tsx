import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import UPlot from 'uplot';
import { counted, latency, localShort } from '../../../lib/format.js';
import { bandData, type BandData } from './chart-data.js';
import styles from '../latency-chart.module.css';
import type { History, Timeline } from './use-history.js';

const HEIGHT_PX = 220;
const STRIP_PX = 6;

interface Shown {
  history: History;
  timeline: Timeline;
  /** Ends of the chart in milliseconds since the epoch, whether or not anything is known there. */
  from: number;
  to: number;
}

/**
 * Median latency with bands up to the 95th and the 99th percentile, buckets with failed checks as points, the status as a strip below, and
 * unwatched time in grey. Dragging over it zooms.
 */
export default function BandChart({ shown, onZoom }: { shown: Shown; onZoom: (from: number, to: number) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | undefined>(undefined);
  const [at, setAt] = useState<number | null>(null);
  const data = useMemo(() => bandData(shown.history.buckets), [shown]);
  const scheme = useComputedColorScheme();
  const latest = useRef({ shown, onZoom, data });
  useEffect(() => {
    latest.current = { shown, onZoom, data };
    chart.current?.setData(alignedOf(data), false);
    chart.current?.setScale('x', { min: shown.from / 1_000, max: shown.to / 1_000 });
  }, [data, shown, onZoom]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const plot = new UPlot(
      optionsOf(element, () => latest.current, setAt),
      alignedOf(latest.current.data),
      element,
    );
    chart.current = plot;
    const resizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resizes.observe(element);
    return () => {
      resizes.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
    // Rebuilt for other colours; otherwise it only gets new data.
  }, [scheme]);
  const bucket = shown.history.buckets[at ?? -1] ?? shown.history.total ?? undefined;
  return (
    <>
      <div ref={box} className={styles['chart']} role="img" aria-label={summaryOf(shown.history)} />
      <ul className={styles['legend']}>
        <li>{bucket ? `${localShort(Date.parse(bucket.from))} – ${localShort(Date.parse(bucket.to))}` : ''}</li>
        <li>
          <i style={{ background: 'var(--nv-accent)' }} /> Median {latency(bucket?.latency?.p50)}
        </li>
        <li>
          <i style={{ background: 'var(--nv-accent)', opacity: 0.45 }} /> 95 % below {latency(bucket?.latency?.p95)}
        </li>
        <li>
          <i style={{ background: 'var(--nv-accent)', opacity: 0.2 }} /> 99 % below {latency(bucket?.latency?.p99)}
        </li>
        <li>
          <i style={{ background: 'var(--nv-critical-fill)' }} /> {bucket?.failures ?? 0} of{' '}
          {counted(bucket?.runs ?? 0, 'check')} failed
        </li>
        <li>
          <i style={{ background: 'var(--nv-line)' }} /> not watched
        </li>
      </ul>
    </>
  );
}

function summaryOf({ total, buckets }: History): string {
  if (!total) return 'No checks in this time';
  const { p50, p95, p99 } = total.latency ?? { p50: null, p95: null, p99: null };
  return `${counted(total.runs, 'check')} in ${counted(buckets.length, 'part')}, ${total.failures} failed; median ${latency(p50)}, 95 % below ${latency(p95)}, 99 % below ${latency(p99)}`;
}

function alignedOf({ times, p50, p95, p99, failed }: BandData): UPlot.AlignedData {
  return [times, p99, p95, p50, failed];
}

function optionsOf(
  element: HTMLElement,
  latest: () => { shown: Shown; onZoom: (from: number, to: number) => void },
  onCursor: (at: number | null) => void,
): UPlot.Options {
  const css = getComputedStyle(element);
  const colour = (token: string): string => css.getPropertyValue(token).trim();
  const accent = colour('--nv-accent');
  const axis = {
    stroke: colour('--nv-muted'),
    grid: { stroke: colour('--nv-line'), width: 1 },
    ticks: { stroke: colour('--nv-line'), width: 1 },
    font: '11.5px system-ui',
  };
  const line = { stroke: accent, points: { show: false }, spanGaps: false };
  const fills: Readonly<Partial<Record<string, string>>> = {
    ok: colour('--nv-ok-fill'),
    warning: colour('--nv-warning-fill'),
    critical: colour('--nv-critical-fill'),
    unknown: colour('--nv-unknown-fill'),
    maintenance: colour('--nv-accent-soft'),
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((each) => localShort(each * 1_000)), space: 90 },
      { ...axis, size: 62, values: (_plot, values) => values.map((value) => latency(value)) },
    ],
    scales: {
      x: { time: true, range: () => [latest().shown.from / 1_000, latest().shown.to / 1_000] },
      y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
    },
    series: [
      {},
      { ...line, label: '99 %', width: 0 },
      { ...line, label: '95 %', width: 0 },
      { ...line, label: 'Median', width: 1.5, points: { show: true, size: 3, fill: accent } },
      {
        label: 'Failed',
        stroke: colour('--nv-critical-fill'),
        width: 0,
        points: { show: true, size: 6, fill: colour('--nv-critical-fill') },
      },
    ],
    bands: [
      { series: [1, 2], fill: withAlpha(accent, 0.18) },
      { series: [2, 3], fill: withAlpha(accent, 0.4) },
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 3) return;
          const at = (px: number): number => plot.posToVal(px, 'x') * 1_000;
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          latest().onZoom(at(left), at(left + width));
        },
      ],
      drawClear: [
        (plot) => {
          const { timeline } = latest().shown;
          const { ctx, bbox } = plot;
          const x = (instant: string | null): number => {
            const px = plot.valToPos((instant === null ? latest().shown.to : Date.parse(instant)) / 1_000, 'x', true);
            return Math.min(bbox.left + bbox.width, Math.max(bbox.left, px));
          };
          for (const { from, to, status } of timeline.spans) {
            const [left, right] = [x(from), x(to)];
            const width = Math.max(1, right - left);
            if (status === 'unwatched' || status === 'disabled') {
              ctx.fillStyle = colour('--nv-line');
              ctx.fillRect(left, bbox.top, width, bbox.height);
            }
            const fill = fills[status];
            if (fill === undefined) continue;
            ctx.fillStyle = fill;
            const height = STRIP_PX * devicePixelRatio;
            ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
          }
          ctx.strokeStyle = colour('--nv-muted');
          ctx.setLineDash([4, 4]);
          for (const { at } of timeline.marks) {
            ctx.beginPath();
            ctx.moveTo(x(at), bbox.top);
            ctx.lineTo(x(at), bbox.top + bbox.height);
            ctx.stroke();
          }
          ctx.setLineDash([]);
        },
      ],
    },
  };
}

/** A colour `#rrggbb` with an opacity. */
function withAlpha(colour: string, opacity: number): string {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}${alpha}` : colour;
}
