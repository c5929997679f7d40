import { ownOf } from '@9volt/contracts/by-name';
import { type ReactNode, useMemo } from 'react';
import { Panel } from '../../components/page.js';
import { type Attribute, type Json, valueAt } from './attributes.js';
import type { Faults } from './faults.js';
import { Field } from './field.js';
import { Fold } from './fold.js';
import styles from './forms.module.css';
import { ItemsField } from './items-field.js';

/** A group that is not listed has its own name. */
const TITLES: Readonly<Record<string, string>> = { login: 'Login', tls: 'TLS', common: 'General' };

interface SchemaFormProps {
  type: string;
  attributes: readonly Attribute[];
  config: Json;
  faults: Faults;
  /** By the kind that an attribute refers to, or by its name. */
  suggestions: Readonly<Record<string, readonly string[]>>;
  onChange: (path: readonly string[], value: unknown) => void;
  /** What the fields of the type mean. */
  about?: ReactNode;
  /** What the alerting of this configuration means. */
  alerting?: ReactNode;
  /** What a map of a list means, below its fields. */
  aboutItem?: (attribute: Attribute, item: Json) => ReactNode;
}

/** A control for each attribute of a type, whatever the type: those that most people need are open, the others are folded. */
export function SchemaForm({
  type,
  attributes,
  config,
  faults,
  suggestions,
  onChange,
  about,
  alerting,
  aboutItem,
}: SchemaFormProps) {
  const { first, expect, alerts, more } = useMemo(() => sectionsOf(attributes), [attributes]);
  const suggestionsOf = (attribute: Attribute): readonly string[] | undefined =>
    attribute.suggestions ?? ownOf(suggestions, attribute.refersTo ?? attribute.name);
  const fields = (members: readonly Attribute[]): ReactNode => (
    <div className={styles['fields']}>
      {members.map((attribute) => {
        const key = attribute.path.join('/');
        const common = { attribute, value: valueAt(config, attribute.path), onChange };
        return attribute.items ? (
          <ItemsField
            key={key}
            {...common}
            faults={faults}
            suggestions={suggestionsOf}
            about={aboutItem && ((item) => aboutItem(attribute, item))}
          />
        ) : (
          <Field key={key} {...common} error={faults.of(attribute.path)} suggestions={suggestionsOf(attribute)} />
        );
      })}
    </div>
  );
  const fold = (title: string, members: readonly Attribute[]): ReactNode =>
    members.length === 0 ? null : (
      <Fold
        key={title}
        title={title}
        set={members.filter(({ path }) => valueAt(config, path) !== undefined).length}
        isOpen={members.some(({ path }) => faults.of(path) !== undefined)}
      >
        {fields(members)}
      </Fold>
    );
  const panel = (title: string, section: Section, foldTitle: string, note?: ReactNode): ReactNode =>
    section.shown.length + section.folded.length === 0 ? null : (
      <Panel title={title} padded>
        {fields(section.shown)}
        {note}
        {fold(foldTitle, section.folded)}
      </Panel>
    );
  return (
    <>
      {panel(type, first, `More of ${type}`, about)}
      {panel('Expect', expect, 'More expectations')}
      {panel('Alerting', alerts, 'More about alerting', alerting)}
      {more.length === 0 ? null : (
        <Panel title="More" padded>
          {more.map(([group, members]) => fold(ownOf(TITLES, group) ?? group, members))}
        </Panel>
      )}
    </>
  );
}

interface Section {
  shown: readonly Attribute[];
  folded: readonly Attribute[];
}

/** The type has a control of its own, above. */
function sectionsOf(attributes: readonly Attribute[]) {
  const rest = attributes.filter(({ path }) => path.join() !== 'type');
  const isOwn = ({ group, shown }: Attribute): boolean =>
    group === 'specific' || (shown !== undefined && group !== 'expect' && group !== 'alerting');
  const more = new Map<string, Attribute[]>();
  for (const attribute of rest) {
    const { group } = attribute;
    if (isOwn(attribute) || group === 'expect' || group === 'alerting') continue;
    more.set(group, [...(more.get(group) ?? []), attribute]);
  }
  return {
    first: sectionOf(rest.filter(isOwn)),
    expect: sectionOf(rest.filter(({ group }) => group === 'expect')),
    alerts: sectionOf(rest.filter(({ group }) => group === 'alerting')),
    more: [...more],
  };
}

/** The attributes of the type come before those of all types. */
function sectionOf(members: readonly Attribute[]): Section {
  const place = ({ group, shown = 0 }: Attribute): number => (group === 'common' ? 1_000 : 0) + shown;
  return {
    shown: members.filter(({ shown }) => shown !== undefined).sort((a, b) => place(a) - place(b)),
    folded: members.filter(({ shown }) => shown === undefined),
  };
}
