import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon, type IconName } from './icon.js';

interface ActionProps {
  icon: IconName;
  children: ReactNode;
  /** It takes something away. */
  isDangerous?: boolean;
  loading?: boolean;
  'aria-pressed'?: boolean;
  onClick: () => void;
}

/** What a page offers to do. */
export function Action({ icon, isDangerous = false, ...props }: ActionProps) {
  const look = isDangerous ? ({ variant: 'outline', color: 'red' } as const) : ({ variant: 'default' } as const);
  return <Button size="xs" {...look} leftSection={<Icon name={icon} size={14} />} {...props} />;
}

/** Where a page leads to, to do something there. */
export function ActionLink({ icon, to, children }: { icon: IconName; to: string; children: ReactNode }) {
  return (
    <Button size="xs" variant="default" component={Link} to={to} leftSection={<Icon name={icon} size={14} />}>
      {children}
    </Button>
  );
}
