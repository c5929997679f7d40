import { someOf } from '@9volt/testing';
import { describe, expect, it } from '@jest/globals';
import { board } from './board.js';

/** The units of Grafana that fit the shown values. */
const UNITS = ['short', 's', 'bytes', 'cps', 'percentunit'];

const doubles = <T>(values: readonly T[]): T[] => values.filter((value, index) => values.indexOf(value) !== index);

describe('the board for Grafana', () => {
  const { panels, templating } = board;

  it('has panels with different ids and titles, and a description each', () => {
    expect(panels.length).toBeGreaterThan(15);
    expect(doubles(panels.map(({ id }) => id))).toEqual([]);
    expect(doubles(panels.map(({ title }) => title))).toEqual([]);
    expect(panels.filter(({ title, description }) => !title || !description)).toEqual([]);
  });

  it('gives every panel a unit, and uses the selected data source', () => {
    const dataSource = { type: 'prometheus', uid: '${datasource}' };
    for (const { title, fieldConfig, datasource, targets } of someOf(panels)) {
      expect({ title, unit: UNITS.includes(fieldConfig.defaults.unit) }).toEqual({ title, unit: true });
      expect([datasource, ...targets.map((target) => target.datasource)]).toEqual([dataSource, ...targets.map(() => dataSource)]); // prettier-ignore
      expect(doubles(targets.map(({ refId }) => refId))).toEqual([]);
      expect(targets.length).toBeGreaterThan(0);
    }
  });

  it('queries only the selected jobs, by variables that it has', () => {
    const known = new Set(templating.list.map(({ name }) => name));
    for (const { expr } of someOf(panels.flatMap(({ targets }) => targets))) {
      const selectors = expr.match(/\b(?:ninevolt|process|nodejs)_\w+|\bup\b/g) ?? [];
      expect({ expr, chosen: expr.match(/job=~"\$job"/g)?.length }).toEqual({ expr, chosen: selectors.length });
      expect([...expr.matchAll(/\$(\w+)/g)].filter(([, name = '']) => !known.has(name))).toEqual([]);
    }
  });

  it('lays out its panels side by side, within 24 columns', () => {
    const overlapping = panels.filter((one) =>
      panels.some(
        (other) =>
          other !== one &&
          one.gridPos.x < other.gridPos.x + other.gridPos.w &&
          other.gridPos.x < one.gridPos.x + one.gridPos.w &&
          one.gridPos.y < other.gridPos.y + other.gridPos.h &&
          other.gridPos.y < one.gridPos.y + one.gridPos.h,
      ),
    );
    expect(overlapping.map(({ title }) => title)).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});
