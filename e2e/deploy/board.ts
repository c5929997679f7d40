import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prometheus.js';

interface DataSource {
  type: string;
  uid: string;
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  datasource: DataSource;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string } };
  targets: { datasource: DataSource; expr: string; legendFormat: string; refId: string }[];
}

interface Variable {
  name: string;
  type: string;
  query: string;
}

export interface Board {
  uid: string;
  title: string;
  panels: Panel[];
  templating: { list: Variable[] };
}

export const board = JSON.parse(readFileSync(join(ROOT, 'docker/grafana/dashboards/9volt.json'), 'utf8')) as Board;

/** A query of a panel as Grafana sends it when all values of its variables are selected. */
export function asked(expression: string, values: ReadonlyMap<string, readonly string[]>): string {
  return expression.replaceAll(/\$(\w+)/g, (_, name: string) => `(${(values.get(name) ?? []).join('|')})`);
}
