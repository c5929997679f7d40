import { Button, Select, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { monitorPath } from '@9volt/contracts/pages';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';
import { counted, localShort } from '../../lib/format.js';
import { useLive } from '../../lib/live-context.js';
import type { Live } from '../../lib/live-types.js';
import { toastError } from '../../lib/toasts.js';
import { endsOf, type Range } from '../monitor/history/range.js';
import { FixedRange, Partial, RangePicker } from '../monitor/history/range-picker.js';
import { useRange } from '../monitor/history/use-range.js';
import { COLUMNS, type Row, sorted } from './report-rows.js';
import styles from './reports.module.css';

type Report = Schemas['Report'];
type Grouping = Report['groupBy'];

const GROUPINGS: readonly Grouping[] = ['monitor', 'tag', 'type', 'member-tag'];
const REFRESH_MS = 60_000;

const statesOf = ({ states }: Live): Live['states'] => states;

/** Uptime, incidents and error budgets of many monitors over a time. All of its choices are in the URL. */
export default function ReportsPage() {
  const [range, onRange] = useRange('30d');
  const [params, setParams] = useSearchParams();
  const tags = params.getAll('tag');
  const groupBy = GROUPINGS.find((one) => one === params.get('group-by')) ?? 'monitor';
  const sort = params.get('sort') ?? 'uptime';
  const states = useLive(statesOf);
  const known = useMemo(
    () => [...new Set([...(states?.values() ?? [])].flatMap((state) => state.tags))].sort(),
    [states],
  );
  const change = (name: string, values: readonly string[]): void => {
    const next = new URLSearchParams(params);
    next.delete(name);
    for (const value of values) next.append(name, value);
    setParams(next, { replace: true });
  };
  const query = useQuery({
    queryKey: ['report', range, tags, groupBy],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/v1/report', { params: { query: parametersOf(range, tags, groupBy) as object }, signal })),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page
      title="Reports"
      actions={
        <>
          <Button component={Link} to="/reports/by-mail" size="xs" variant="default">
            By mail
          </Button>
          <Download range={range} tags={tags} groupBy={groupBy} />
        </>
      }
    >
      <Panel title="Uptime and incidents" aside={<RangePicker range={range} onRange={onRange} />}>
        {'preset' in range ? null : <FixedRange key={`${range.from} ${range.to}`} range={range} onRange={onRange} />}
        <div className={styles['filters']}>
          <TagsInput
            size="xs"
            label="Tags"
            placeholder={tags.length === 0 ? 'all monitors' : ''}
            data={known}
            value={tags}
            onChange={(chosen) => change('tag', chosen)}
          />
          <Select
            size="xs"
            label="A row for each"
            data={[...GROUPINGS]}
            value={groupBy}
            allowDeselect={false}
            onChange={(chosen) => change('group-by', chosen === null ? [] : [chosen])}
          />
        </div>
        <Loaded
          of={query}
          what="the report"
          empty={{ when: ({ rows }) => rows.length === 0, shown: <Empty title="No monitor matches" /> }}
        >
          {(report) => (
            <>
              <Partial of={report} />
              <Table report={report} sort={sort} onSort={(id) => change('sort', [id])} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

function parametersOf(
  range: Range,
  tags: readonly string[],
  groupBy: Grouping,
): Record<string, string | readonly string[]> {
  const { from, to } = endsOf(range, Date.now());
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), tag: tags, 'group-by': groupBy };
}

function Table({ report, sort, onSort }: { report: Report; sort: string; onSort: (id: string) => void }) {
  const rows = useMemo(() => sorted(report.rows, sort), [report.rows, sort]);
  return (
    <>
      <p className={styles['hint']}>
        {localShort(Date.parse(report.from))} to {localShort(Date.parse(report.to))},{' '}
        {counted(report.total.monitors, 'monitor')}
      </p>
      <div className={styles['scroll']} tabIndex={0} role="group" aria-label="Report">
        <table className={styles['table']}>
          <thead>
            <tr>
              {COLUMNS.map(({ id, label }) => (
                <th key={id} scope="col" aria-sort={id === sort ? 'ascending' : 'none'}>
                  <button type="button" className={styles['sort']} onClick={() => onSort(id)}>
                    {label}
                    {id === sort ? ' ▾' : ''}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                {COLUMNS.map(({ id, text }) => (
                  <td key={id} className={id === 'budget' && isOverdrawn(row) ? styles['overdrawn'] : undefined}>
                    {id === 'name' && report.groupBy === 'monitor' ? (
                      <Link to={monitorPath(row.name)}>{row.name}</Link>
                    ) : (
                      text(row) || '(none)'
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              {COLUMNS.map(({ id, text }) => (
                <td key={id}>{id === 'name' ? 'All' : text(report.total)}</td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

function isOverdrawn({ slo }: Row): boolean {
  return slo !== null && slo.left < 0;
}

/** By a request of the page, because a link would not send the token. */
function Download({ range, tags, groupBy }: { range: Range; tags: readonly string[]; groupBy: Grouping }) {
  const save = async (): Promise<void> => {
    const { data = '' } = await api.GET('/api/v1/report', {
      params: { query: { ...parametersOf(range, tags, groupBy), format: 'csv' } as object },
      parseAs: 'text',
    });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([data], { type: 'text/csv' }));
    link.download = '9volt-report.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() => void save().catch((error: unknown) => toastError('Not saved', error))}
    >
      Save as CSV
    </Button>
  );
}
