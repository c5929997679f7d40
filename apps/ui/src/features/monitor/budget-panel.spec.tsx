import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup } from '@testing-library/react';
import { completeDom } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import { BudgetPanel } from './budget-panel.js';

beforeEach(() => completeDom());
afterEach(cleanup);

const BUDGET = {
  ...{ target: 0.999, windowMs: 30 * 86_400_000, budgetMs: 2_592_000, usedMs: 780_000, left: 0.699 },
  rates: [
    { window: '5m', rate: 180.4 },
    { window: '1h', rate: null },
  ],
  burning: [
    {
      kind: 'fast' as const,
      since: '2026-06-01T12:00:00.000Z',
      message: 'It burns 15 times too fast over 1h',
      told: { pager: 'critical' as const },
      held: {
        chat: { reason: 'silence' as const, since: '2026-06-01T12:00:00.000Z', text: 'The silence s1 is active' },
      },
    },
  ],
};

it('shows what is left, how fast it burns, and who was notified', () => {
  const { container } = renderAt(<BudgetPanel budget={BUDGET} />);
  const facts = [...container.querySelectorAll('dd')].map((one) => one.textContent);
  expect(facts).toEqual(['99.9 % of 30 days', '69.9 % (13m of 43m 12s used)', '5m: 180 · 1h: not watched']);
  expect(container.textContent).toContain('Burning fast, noticed');
  expect(container.textContent).toContain('Notified: pager. chat is not notified: The silence s1 is active.');
});

it('is not there without an objective', () => {
  expect(renderAt(<BudgetPanel budget={null} />).container.querySelector('dl')).toBeNull();
});
