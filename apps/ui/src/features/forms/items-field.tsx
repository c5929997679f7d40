import { ActionIcon, Button, Input } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { Icon } from '../../components/icon.js';
import { type Attribute, fieldId, type Json, valueAt, withValue } from './attributes.js';
import type { Faults } from './faults.js';
import { Field } from './field.js';
import styles from './forms.module.css';

interface ItemsFieldProps {
  attribute: Attribute;
  value: unknown;
  faults: Faults;
  /** Possible values of an attribute of an item, if known. */
  suggestions: (attribute: Attribute) => readonly string[] | undefined;
  onChange: (path: readonly string[], value: unknown) => void;
  /** What an item means, below its fields. */
  about?: ((item: Json) => ReactNode) | undefined;
}

/** A list of maps: the fields of each, and buttons that add, move and remove one. */
export function ItemsField({ attribute, value, faults, suggestions, onChange, about }: ItemsFieldProps) {
  const { name, path, help, isRequired, items: attributes = [] } = attribute;
  const items: Json[] = Array.isArray(value) ? value.map((item) => (item ?? {}) as Json) : [];
  const set = (next: readonly Json[]): void => onChange(path, next.length === 0 ? undefined : next);
  const idOf = (at: number, what: string): string => fieldId([...path, String(at), what]);
  const move = (from: number, to: number, by: 'up' | 'down'): void => {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    set(next);
    // The focus goes with the item, to the other button at an end.
    const isEnd = to === 0 || to === items.length - 1;
    const other = to === 0 ? 'down' : 'up';
    setTimeout(() => document.getElementById(idOf(to, isEnd ? other : by))?.focus(), 0);
  };
  const add = (): void => {
    set([...items, {}]);
    setTimeout(
      () => document.getElementById(fieldId([...path, String(items.length), firstOf(attributes)]))?.focus(),
      0,
    );
  };
  return (
    <Input.Wrapper
      label={name}
      labelElement="div"
      description={help}
      error={faults.of(path)}
      withAsterisk={isRequired}
      size="xs"
    >
      <div role="group" aria-label={name} className={styles['items']}>
        {items.map((item, at) => {
          const title = titleOf(attribute, item, at);
          const own = [...path, String(at)];
          return (
            <fieldset key={at} className={styles['item']} id={fieldId(own)} tabIndex={-1}>
              <legend>{title}</legend>
              <div className={styles['itemTools']}>
                <Tool
                  id={idOf(at, 'up')}
                  label={`Move ${title} up`}
                  icon="up"
                  isOff={at === 0}
                  onClick={() => move(at, at - 1, 'up')}
                />
                <Tool
                  id={idOf(at, 'down')}
                  label={`Move ${title} down`}
                  icon="down"
                  isOff={at === items.length - 1}
                  onClick={() => move(at, at + 1, 'down')}
                />
                <Tool
                  id={idOf(at, 'remove')}
                  label={`Remove ${title}`}
                  icon="remove"
                  onClick={() => set(items.filter((_, other) => other !== at))}
                />
              </div>
              {attributes.map((one) => (
                <Field
                  key={one.name}
                  attribute={{ ...one, path: [...own, ...one.path] }}
                  value={valueAt(item, one.path)}
                  error={faults.of([...own, ...one.path])}
                  suggestions={suggestions(one)}
                  onChange={(_path, next) =>
                    set(items.map((other, n) => (n === at ? withValue(other, one.path, next) : other)))
                  }
                />
              ))}
              {faults.of(own) === undefined ? null : <Input.Error size="xs">{faults.of(own)}</Input.Error>}
              <Fragment>{about?.(item)}</Fragment>
            </fieldset>
          );
        })}
        <Button id={fieldId(path)} size="compact-xs" variant="default" onClick={add}>
          Add {nounOf(name)}
        </Button>
      </div>
    </Input.Wrapper>
  );
}

function Tool({
  id,
  label,
  icon,
  isOff = false,
  onClick,
}: {
  id: string;
  label: string;
  icon: 'up' | 'down' | 'remove';
  isOff?: boolean;
  onClick: () => void;
}) {
  return (
    <ActionIcon
      id={id}
      size="sm"
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  );
}

function firstOf([first]: readonly Attribute[]): string {
  return first?.name ?? '';
}

/** `group 2`, with its title if it has one. */
function titleOf({ name }: Attribute, { title }: Json, at: number): string {
  const place = `${nounOf(name)} ${at + 1}`;
  return typeof title === 'string' && title !== '' ? `${place}: ${title}` : place;
}

/** One of `groups`. */
function nounOf(name: string): string {
  return name.replace(/s$/, '');
}
