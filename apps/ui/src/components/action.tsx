import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon, type IconName } from './icon.js';

interface ActionProps {
  icon: IconName;
  children: ReactNode;
  /** It removes something. */
  isDangerous?: boolean;
  loading?: boolean;
  'aria-pressed'?: boolean;
  onClick: () => void;
}

/** An action of a page. */
export function Action({ icon, isDangerous = false, ...props }: ActionProps) {
  const look = isDangerous ? ({ variant: 'outline', color: 'red' } as const) : ({ variant: 'default' } as const);
  return <Button size="xs" {...look} leftSection={<Icon name={icon} size={14} />} {...props} />;
}

/** A link of a page that begins an action. */
export function ActionLink({ icon, to, children }: { icon: IconName; to: string; children: ReactNode }) {
  return (
    <Button size="xs" variant="default" component={Link} to={to} leftSection={<Icon name={icon} size={14} />}>
      {children}
    </Button>
  );
}
