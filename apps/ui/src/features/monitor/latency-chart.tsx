import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import UPlot from 'uplot';
import { counted, latency, localShort } from '../../lib/format.js';
import type { Sample } from '../../lib/recent-results.js';
import styles from './latency-chart.module.css';
import { latencyData, type LatencyData } from './latency-data.js';

const HEIGHT_PX = 200;

/** Latency over time, with the phases of a check if the probe measures them. The legend shows the values at the cursor. */
export default function LatencyChart({ results }: { results: readonly Sample[] }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | undefined>(undefined);
  const [at, setAt] = useState<number | null>(null);
  const data = useMemo(() => latencyData(results), [results]);
  const scheme = useComputedColorScheme();
  const series = data.phases.map(({ label }) => label).join();
  const first = useRef(data);
  useEffect(() => {
    first.current = data;
    chart.current?.setData(alignedOf(data));
  }, [data]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const plot = new UPlot(optionsOf(first.current, element, setAt), alignedOf(first.current), element);
    chart.current = plot;
    const resizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resizes.observe(element);
    return () => {
      resizes.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
    // Rebuilt for other colours or other series; otherwise it only gets new data.
  }, [scheme, series]);
  const shown = at !== null && at < results.length ? at : results.length - 1;
  return (
    <>
      <div ref={box} className={styles['chart']} role="img" aria-label={summaryOf(results)} />
      <ul className={styles['legend']}>
        <li>{results[shown] ? localShort(Date.parse(results[shown].at)) : ''}</li>
        <li>
          <i style={{ background: 'var(--nv-text)' }} /> Total {latency(data.total[shown])}
        </li>
        {data.phases.map(({ label, token, own }) => (
          <li key={label}>
            <i style={{ background: `var(${token})` }} /> {label} {latency(own[shown])}
          </li>
        ))}
      </ul>
    </>
  );
}

function summaryOf(results: readonly Sample[]): string {
  const sorted = results.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const part = (share: number): string => latency(sorted[Math.floor((sorted.length - 1) * share)]);
  return `Latency of ${counted(results.length, 'result')}: median ${part(0.5)}, 95 % below ${part(0.95)}, at most ${part(1)}`;
}

/** Areas are drawn from the highest to the lowest, so that each covers the part that is not its own. */
function alignedOf({ times, total, failed, phases }: LatencyData): UPlot.AlignedData {
  return [times, ...phases.map(({ stacked }) => stacked).reverse(), total, failed];
}

function optionsOf(data: LatencyData, element: HTMLElement, onCursor: (at: number | null) => void): UPlot.Options {
  const css = getComputedStyle(element);
  const colour = (token: string): string => css.getPropertyValue(token).trim();
  const axis = {
    stroke: colour('--nv-muted'),
    grid: { stroke: colour('--nv-line'), width: 1 },
    ticks: { stroke: colour('--nv-line'), width: 1 },
    font: '11.5px system-ui',
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((each) => localShort(each * 1_000)), space: 90 },
      { ...axis, size: 62, values: (_plot, values) => values.map((value) => latency(value)) },
    ],
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    series: [
      {},
      ...data.phases
        .map(({ label, token }) => ({ label, fill: colour(token), width: 0, points: { show: false } }))
        .reverse(),
      { label: 'Total', stroke: colour('--nv-text'), width: 1.2, points: { show: false } },
      {
        label: 'Failed',
        stroke: colour('--nv-critical-fill'),
        width: 0,
        points: { show: true, size: 6, fill: colour('--nv-critical-fill') },
      },
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}
