import { HELP_PATH } from '@9volt/contracts/pages';
import { lazy, Suspense, useState } from 'react';
import { NavLink, Outlet, useNavigate } from 'react-router';
import { Icon, type IconName } from '../components/icon.js';
import { count } from '../lib/format.js';
import { useHotkeys } from '../lib/hotkeys.js';
import { useLive } from '../lib/live-context.js';
import type { Live } from '../lib/live-types.js';
import { PROBLEMS } from '../lib/status.js';
import { ConnectionLost, ConnectionState } from './connection.js';
import { usePageScroll } from './page-scroll.js';
import styles from './shell.module.css';
import { ShortcutsHelp } from './shortcuts-help.js';
import { SignOut } from './sign-out.js';
import { ThemeSwitch } from './theme-switch.js';

const Palette = lazy(async () => ({ default: (await import('../features/palette/palette.js')).Palette }));

const PAGES: readonly { to: string; label: string; icon: IconName; key: string }[] = [
  { to: '/', label: 'Overview', icon: 'overview', key: 'o' },
  { to: '/monitors', label: 'Monitors', icon: 'monitors', key: 'm' },
  { to: '/alerters', label: 'Alerters', icon: 'alerters', key: 'a' },
  { to: '/silences', label: 'Silences', icon: 'silence', key: 's' },
  { to: '/status-pages', label: 'Status pages', icon: 'page', key: 'p' },
  { to: '/events', label: 'Events', icon: 'events', key: 'e' },
  { to: '/cluster', label: 'Cluster', icon: 'cluster', key: 'c' },
];

export function Shell() {
  const navigate = useNavigate();
  usePageScroll();
  const [open, setOpen] = useState<'palette' | 'help' | undefined>();
  useHotkeys({
    'ctrl+k': () => setOpen('palette'),
    '?': () => setOpen('help'),
    '/': () => {
      const field = document.querySelector<HTMLInputElement>('[data-search]');
      if (field) field.select();
      else setOpen('palette');
    },
    n: () => void navigate('/monitors/new'),
    ...Object.fromEntries(PAGES.map(({ to, key }) => [key, () => void navigate(to)])),
  });
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#main">
        Skip to the content
      </a>
      <div>
        <header className={styles['bar']}>
          <NavLink to="/" className={styles['brand']} aria-label="9volt, overview">
            <Icon name="bolt" size={18} />
            9volt
          </NavLink>
          <nav className={styles['nav']} aria-label="Pages">
            {PAGES.map(({ to, label, icon }) => (
              <NavLink key={to} to={to} end={to === '/'} className={styles['link'] ?? ''}>
                <Icon name={icon} />
                {label}
                {to === '/' ? <ProblemCount /> : null}
              </NavLink>
            ))}
          </nav>
          <div className={styles['tools']}>
            <button type="button" className={styles['find']} onClick={() => setOpen('palette')}>
              <Icon name="search" size={14} />
              <span>Search</span>
              <kbd>Ctrl K</kbd>
            </button>
            <ConnectionState />
            <a className={styles['help']} href={`${HELP_PATH}/`} target="_blank" rel="noreferrer">
              Help
            </a>
            <ThemeSwitch />
            <SignOut />
          </div>
        </header>
        <ConnectionLost />
      </div>
      <main id="main" className={styles['main']} tabIndex={-1}>
        <Outlet />
      </main>
      {open === 'palette' ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(undefined)} onHelp={() => setOpen('help')} />
        </Suspense>
      ) : null}
      {open === 'help' ? <ShortcutsHelp onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}

const problemsOf = ({ states }: Live): number => {
  let problems = 0;
  for (const { status } of states?.values() ?? []) if (PROBLEMS.has(status)) problems++;
  return problems;
};

function ProblemCount() {
  const problems = useLive(problemsOf);
  if (problems === 0) return null;
  return (
    <span className={styles['badge']}>
      {count(problems)}
      <span className="visually-hidden"> problems</span>
    </span>
  );
}
