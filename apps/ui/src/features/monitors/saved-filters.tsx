import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Dialog } from '../../components/dialog.js';
import { Icon } from '../../components/icon.js';
import { forgetFilter, saveFilter, savedFilters } from '../../lib/saved-filters.js';

/** Filters with a name, kept in this browser; choosing one puts it into the URL. */
export function SavedFilters() {
  const [params, setParams] = useSearchParams();
  const [filters, setFilters] = useState(savedFilters);
  const [name, setName] = useState<string>();
  const save = (): void => {
    const text = (name ?? '').trim();
    if (text === '') return;
    setFilters(saveFilter({ name: text, query: params.toString() }));
    setName(undefined);
  };
  return (
    <>
      <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <Button size="xs" variant="default">
            Filters
          </Button>
        </Menu.Target>
        <Menu.Dropdown aria-label="Saved filters">
          {filters.map((filter) => (
            <Menu.Item
              key={filter.name}
              onClick={() => setParams(new URLSearchParams(filter.query))}
              rightSection={
                <ActionIcon
                  component="span"
                  size="xs"
                  variant="subtle"
                  color="gray"
                  title={`Forget ${filter.name}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    setFilters(forgetFilter(filter.name));
                  }}
                >
                  <Icon name="remove" size={12} />
                </ActionIcon>
              }
            >
              {filter.name}
            </Menu.Item>
          ))}
          <Menu.Item disabled={params.size === 0} onClick={() => setName('')}>
            Save this filter …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {name === undefined ? null : (
        <Dialog opened onClose={() => setName(undefined)} title="Save this filter">
          <TextInput
            size="xs"
            data-autofocus
            label="Name"
            description="Kept in this browser. Share the address of the page to share the filter."
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            onKeyDown={({ key }) => {
              if (key === 'Enter') save();
            }}
          />
          <Group justify="flex-end" gap="xs" mt="md">
            <Button size="xs" disabled={name.trim() === ''} onClick={save}>
              Save
            </Button>
          </Group>
        </Dialog>
      )}
    </>
  );
}
