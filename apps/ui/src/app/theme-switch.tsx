import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { Icon } from '../components/icon.js';

const SCHEMES = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['auto', 'System'],
] as const;

export function ThemeSwitch() {
  // Otherwise the library would set a style element.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    // The placeholder, which would otherwise take the focus first, has no place in a menu.
    <Menu position="bottom-end" transitionProps={{ duration: 0 }} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Theme">
          <Icon name={colorScheme} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(([scheme, label]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={scheme} size={14} />}
            rightSection={scheme === colorScheme ? <Icon name="ok" size={14} /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
