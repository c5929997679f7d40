import { Instant } from '../../components/instant.js';
import { Panel } from '../../components/page.js';
import { significant, spanInWords } from '../../lib/format.js';
import type { StateDetail } from '../monitors/monitor-api.js';
import styles from './monitor.module.css';

const DAY_MS = 86_400_000;

/** What is left of the error budget of a monitor, and how fast it burns; nothing for a monitor without an objective. */
export function BudgetPanel({ budget }: Pick<StateDetail, 'budget'>) {
  if (!budget) return null;
  const { target, windowMs, budgetMs, usedMs, left, rates, burning } = budget;
  return (
    <Panel title="Error budget" padded>
      {burning.map(({ kind, since, message, told, held }) => (
        <p key={kind}>
          <strong>{kind === 'fast' ? 'Burning fast' : 'Burning slowly'}</strong>, noticed <Instant at={since} />:{' '}
          {message}. <span className={styles['muted']}>{whoKnows(Object.keys(told), Object.entries(held))}</span>
        </p>
      ))}
      <dl className={styles['facts']} style={{ margin: '8px 0' }}>
        <dt>Objective</dt>
        <dd>
          {Number((target * 100).toPrecision(8))} % of {Math.round(windowMs / DAY_MS)} days
        </dd>
        <dt>Budget left</dt>
        <dd>
          {Math.floor(left * 1_000) / 10} % ({spanInWords(usedMs)} of {spanInWords(budgetMs)} used)
        </dd>
        <dt>Burn rate</dt>
        <dd>
          {rates
            .map(({ window, rate }) => `${window}: ${rate === null ? 'not watched' : significant(rate)}`)
            .join(' · ')}
        </dd>
      </dl>
      <p className={styles['muted']}>A rate of 1 uses up the budget exactly in {Math.round(windowMs / DAY_MS)} days.</p>
    </Panel>
  );
}

function whoKnows(told: readonly string[], held: readonly [string, { text: string }][]): string {
  const known = told.length === 0 ? '' : `Notified: ${told.join(', ')}. `;
  return `${known}${held.map(([alerter, { text }]) => `${alerter} is not notified: ${text}.`).join(' ')}`;
}
