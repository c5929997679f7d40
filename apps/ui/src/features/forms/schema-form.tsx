import { ownOf } from '@9volt/contracts/by-name';
import { useMemo } from 'react';
import { Panel } from '../../components/page.js';
import { type Attribute, type Json, valueAt } from './attributes.js';
import type { Faults } from './faults.js';
import { Field } from './field.js';
import styles from './forms.module.css';

/** In this order; a group that is not listed comes last, under its own name. */
const GROUPS = ['specific', 'common', 'alerting'];
const TITLES: Readonly<Record<string, string>> = { common: 'Common', alerting: 'Alerting' };

interface SchemaFormProps {
  type: string;
  attributes: readonly Attribute[];
  config: Json;
  faults: Faults;
  /** By the kind that an attribute refers to, or by its name. */
  suggestions: Readonly<Record<string, readonly string[]>>;
  onChange: (path: readonly string[], value: unknown) => void;
}

/** A control for each attribute of a type, whatever the type. */
export function SchemaForm({ type, attributes, config, faults, suggestions, onChange }: SchemaFormProps) {
  const groups = useMemo(() => grouped(attributes), [attributes]);
  return groups.map(([group, members]) => (
    <Panel key={group} title={ownOf(TITLES, group) ?? (group === 'specific' ? type : group)} padded>
      <div className={styles['fields']}>
        {members.map((attribute) => (
          <Field
            key={attribute.path.join('/')}
            attribute={attribute}
            value={valueAt(config, attribute.path)}
            error={faults.of(attribute.path)}
            suggestions={attribute.suggestions ?? ownOf(suggestions, attribute.refersTo ?? attribute.name)}
            onChange={onChange}
          />
        ))}
      </div>
    </Panel>
  ));
}

/** Required ones come first. The type has a control of its own, above. */
function grouped(attributes: readonly Attribute[]): [string, Attribute[]][] {
  const groups = new Map<string, Attribute[]>(GROUPS.map((group) => [group, []]));
  for (const attribute of attributes) {
    if (attribute.path.join() === 'type') continue;
    groups.set(attribute.group, [...(groups.get(attribute.group) ?? []), attribute]);
  }
  return [...groups]
    .filter(([, members]) => members.length > 0)
    .map(([group, members]) => [group, members.sort((a, b) => Number(b.isRequired) - Number(a.isRequired))]);
}
