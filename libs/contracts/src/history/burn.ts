import type { BurnKind } from '../notification.js';
import { CLASS } from './tally.js';

/*
 * How fast a monitor burns its error budget, as chapter 5 of the Google SRE workbook, "Alerting on SLOs", defines it: 1 is the rate that
 * uses up exactly the budget of the whole window.
 * https://sre.google/workbook/alerting-on-slos/ (table 5-8)
 */

/** A rule applies while the rates of both of its windows are above the factor. Windows in minutes, of an SLO over 30 days. */
interface BurnRule {
  kind: BurnKind;
  factor: number;
  long: number;
  /** It ends the alarm soon after the burning ended. */
  short: number;
}

const HOUR = 60;
const DAY = 24 * HOUR;
const RULES: readonly BurnRule[] = [
  { kind: 'fast', factor: 14.4, long: HOUR, short: 5 },
  { kind: 'fast', factor: 6, long: 6 * HOUR, short: 30 },
  { kind: 'slow', factor: 1, long: 3 * DAY, short: 6 * HOUR },
];

/** A window ends with the running minute, which may be short. */
const MIN_MINUTES = 2;

/** Their windows, in minutes, of an SLO over 30 days. */
export const BURN_WINDOWS = [5, 30, HOUR, 6 * HOUR, 3 * DAY] as const;

export function scaledWindow(minutes: number, scale: number): number {
  return Math.max(MIN_MINUTES, Math.round(minutes * scale));
}

/** Milliseconds in which checks said that the target was up, and down. Other time counts neither way. */
export interface UpDown {
  up: number;
  down: number;
}

export function upDownOf(time: readonly number[]): UpDown {
  const of = (code: number): number => time[code] ?? 0;
  return { up: of(CLASS.ok) + of(CLASS.warning), down: of(CLASS.critical) };
}

/** Undefined if nobody watched, or if there is no budget: with an objective of 100 %. */
export function burnRate({ up, down }: UpDown, slo: number): number | undefined {
  return up + down <= 0 || slo >= 1 ? undefined : down / (up + down) / (1 - slo);
}

/** `unknown`: nobody watched long enough to say; what was true before stays so. */
export interface BurnVerdict {
  is: 'on' | 'off' | 'unknown';
  /** Says how fast, if it is on. */
  message: string;
}

export type BurnVerdicts = Readonly<Record<BurnKind, BurnVerdict>>;

/**
 * `scale` is the window of the SLO as a share of 30 days: the windows of the rules grow and shrink with it, and the shares of the budget that
 * they stand for stay. `seen` answers what checks found in the last minutes.
 */
export function judgeBurn(slo: number, scale: number, seen: (minutes: number) => UpDown): BurnVerdicts {
  const verdictOf = (kind: BurnKind): BurnVerdict => {
    let is: BurnVerdict['is'] = 'off';
    for (const rule of RULES.filter((one) => one.kind === kind && slo < 1)) {
      const [long, short] = [rule.long, rule.short].map((minutes) => {
        const length = scaledWindow(minutes, scale);
        return { length, rate: burnRate(seen(length), slo) };
      }) as [Window, Window];
      if (long.rate === undefined || short.rate === undefined) is = 'unknown';
      else if (long.rate > rule.factor && short.rate > rule.factor) {
        return { is: 'on', message: sentence(slo, long as Known, short as Known) };
      }
    }
    return { is, message: '' };
  };
  return { fast: verdictOf('fast'), slow: verdictOf('slow') };
}

interface Window {
  /** Minutes. */
  length: number;
  rate: number | undefined;
}
type Known = Window & { rate: number };

function sentence(slo: number, long: Known, short: Known): string {
  const budget = `The error budget of ${Number(((1 - slo) * 100).toPrecision(6))} %`;
  return `${budget} burns ${times(long.rate)} times too fast over ${minutesText(long.length)}, and ${times(short.rate)} times over ${minutesText(short.length)}`;
}

function times(rate: number): string {
  return rate >= 100 ? String(Math.round(rate)) : String(Number(rate.toPrecision(3)));
}

/** `5m`, `1h`, `3d`, `1h24m`. */
export function minutesText(minutes: number): string {
  const [d, h, m] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR), Math.round(minutes % HOUR)];
  return `${d > 0 ? `${d}d` : ''}${h > 0 ? `${h}h` : ''}${m > 0 ? `${m}m` : ''}`;
}
