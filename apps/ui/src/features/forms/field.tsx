import {
  Autocomplete,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { memo } from 'react';
import { instantOf, localOf } from '../../lib/local-time.js';
import { type Attribute, fieldId } from './attributes.js';
import { EscalationField } from './escalation-field.js';
import { MapField } from './map-field.js';

export interface FieldProps {
  attribute: Attribute;
  value: unknown;
  error: string | undefined;
  /** Possible values, if known. */
  suggestions?: readonly string[] | undefined;
  onChange: (path: readonly string[], value: unknown) => void;
}

const NOW = { transitionProps: { duration: 0 } };

/** The control of an attribute, by its kind. An empty value is omitted from the configuration. */
export const Field = memo(function Field({ attribute, value, error, suggestions, onChange }: FieldProps) {
  const { name, path, kind, help, hint, isRequired, isSecret, isMultiline, values, minimum, maximum } = attribute;
  const set = (next: unknown): void => onChange(path, next === '' ? undefined : next);
  const id = fieldId(path);
  const common = { id, label: name, description: help, error, size: 'xs', withAsterisk: isRequired } as const;
  const text = value === undefined || value === null ? '' : String(value);
  const typed = {
    ...common,
    placeholder: hint ?? '',
    value: text,
    spellCheck: false,
    autoComplete: 'off',
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => set(currentTarget.value),
  };
  switch (kind) {
    case 'flag':
      return (
        <Switch
          id={id}
          label={name}
          // Otherwise the help would be part of its name.
          aria-label={name}
          description={help}
          error={error}
          size="xs"
          checked={(value ?? attribute.default ?? false) === true}
          onChange={({ currentTarget }) =>
            set(currentTarget.checked === (attribute.default ?? false) ? undefined : currentTarget.checked)
          }
        />
      );
    case 'integer':
    case 'number':
      return (
        <NumberInput
          {...common}
          placeholder={hint ?? ''}
          value={typeof value === 'number' || typeof value === 'string' ? value : ''}
          {...(minimum === undefined ? {} : { min: minimum })}
          {...(maximum === undefined ? {} : { max: maximum })}
          clampBehavior="none"
          allowDecimal={kind === 'number'}
          hideControls
          onChange={set}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={[...values]}
          placeholder={hint ?? ''}
          value={text === '' ? null : text}
          searchable={values.length > 12}
          clearable={!isRequired}
          comboboxProps={NOW}
          onChange={(next) => set(next ?? undefined)}
        />
      );
    case 'time':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={localOf(text)}
          onChange={({ currentTarget }) => set(instantOf(currentTarget.value) || undefined)}
        />
      );
    case 'text-list':
      return (
        <TagsInput
          {...common}
          placeholder={hint ?? ''}
          value={Array.isArray(value) ? value.map(String) : []}
          data={[...(suggestions ?? [])]}
          splitChars={[]}
          allowDuplicates
          acceptValueOnBlur
          comboboxProps={NOW}
          onChange={(next) => set(next.length === 0 ? undefined : next)}
        />
      );
    case 'text-map':
      return (
        <MapField id={id} label={name} help={help} value={value} onChange={set} {...{ isRequired, isSecret, error }} />
      );
    case 'escalation':
      return (
        <EscalationField
          id={id}
          label={name}
          suggestions={suggestions ?? []}
          onChange={set}
          {...{ help, error, value }}
        />
      );
    default:
      if (isMultiline) return <Textarea {...typed} autosize minRows={2} maxRows={14} />;
      if (isSecret) return <PasswordInput {...typed} autoComplete="new-password" />;
      if (suggestions) return <Autocomplete {...typed} data={[...suggestions]} comboboxProps={NOW} onChange={set} />;
      return <TextInput {...typed} />;
  }
});
