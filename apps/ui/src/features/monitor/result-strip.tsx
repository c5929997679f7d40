import { useState } from 'react';
import { Instant } from '../../components/instant.js';
import bar from '../../components/result-bar.module.css';
import { StatusBadge } from '../../components/status-badge.js';
import { absolute, latency } from '../../lib/format.js';
import type { Sample } from '../../lib/recent-results.js';
import { useStripKeys } from './use-strip-keys.js';

const SHOWN = 80;

interface ResultStripProps {
  results: readonly Sample[];
  /** What stands above the strip: the latest result need not repeat it. */
  said?: string;
}

/** Recent results, oldest on the left; one stop for the tab key, then the arrows go from result to result. */
export function ResultStrip({ results, said }: ResultStripProps) {
  const shown = results.slice(-SHOWN);
  const [chosenAt, setChosenAt] = useState<string>();
  const chosen = shown.find(({ at }) => at === chosenAt) ?? shown.at(-1);
  const { ref, onKeyDown } = useStripKeys(shown.length, chosen ? shown.indexOf(chosen) : 0, (to) =>
    setChosenAt(shown[to]?.at),
  );
  const isRepetition = chosenAt === undefined && chosen?.message === said;
  if (!chosen) return <p>No results yet.</p>;
  return (
    <div>
      <div
        ref={ref}
        role="toolbar"
        aria-label="Recent results, oldest first"
        className={`${bar['bar']} ${bar['large']}`}
        onKeyDown={onKeyDown}
      >
        {shown.map((result) => (
          <button
            key={result.at}
            type="button"
            tabIndex={result === chosen ? 0 : -1}
            aria-pressed={result.at === chosenAt}
            aria-label={inWords(result)}
            title={inWords(result)}
            className={`${bar['tick']} ${bar[result.status]}`}
            onClick={() => setChosenAt(result.at)}
            onFocus={() => setChosenAt(result.at)}
          />
        ))}
      </div>
      <p className={bar['readout']}>
        <StatusBadge status={chosen.status} />
        <span>{latency(chosen.latencyMs)}</span>
        <Instant at={chosen.at} form="local" />
        {chosen.message === undefined || isRepetition ? null : <span>{chosen.message}</span>}
        {chosen.note === undefined ? null : <span>Note: {chosen.note}</span>}
      </p>
    </div>
  );
}

function inWords({ status, latencyMs, at, message, note }: Sample): string {
  return `${status}, ${latency(latencyMs)}, ${absolute(Date.parse(at))}${message === undefined ? '' : `: ${message}`}${note === undefined ? '' : ` (${note})`}`;
}
