import { TextInput, useMantineColorScheme } from '@mantine/core';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/dialog.js';
import { Icon, type IconName } from '../../components/icon.js';
import { StatusBadge } from '../../components/status-badge.js';
import { useLive } from '../../lib/live-context.js';
import type { Live, LiveState } from '../../lib/live-types.js';
import { monitorPath } from '@9volt/contracts/pages';
import { actionIn, ACTIONS, namesFirst, runAction } from './actions.js';
import styles from './palette.module.css';

const MONITORS_SHOWN = 30;
const ASKED_SHOWN = 8;

interface Choice {
  id: string;
  label: string;
  icon: IconName;
  state?: LiveState;
  run: () => void;
}

const statesOf = ({ states }: Live): Live['states'] => states;

/** Opens any page, and runs actions that are possible everywhere. */
export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const choices = useChoices(text, onHelp);
  const current = Math.min(at, choices.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const choose = (choice: Choice | undefined): void => {
    if (!choice) return;
    onClose();
    choice.run();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((current + step + choices.length) % Math.max(1, choices.length));
    else if (event.key === 'Enter') choose(choices[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      size="lg"
      attributes={{ content: { 'aria-label': 'Search and commands' } }}
    >
      <TextInput
        data-autofocus
        role="combobox"
        aria-label="Search and commands"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={choices[current] ? `${id}-${current}` : undefined}
        aria-autocomplete="list"
        placeholder="Monitor, page or command"
        leftSection={<Icon name="search" />}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label="Results" className={styles['results']}>
        {choices.map((choice, row) => (
          <li
            key={choice.id}
            id={`${id}-${row}`}
            role="option"
            aria-selected={row === current}
            className={styles['result']}
            onClick={() => choose(choice)}
          >
            <Icon name={choice.icon} />
            <span>{choice.label}</span>
            {choice.state ? <StatusBadge status={choice.state.status} /> : null}
          </li>
        ))}
      </ul>
      {choices.length === 0 ? <p role="status">No match</p> : null}
    </Dialog>
  );
}

function useChoices(text: string, onHelp: () => void): Choice[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const states = useLive(statesOf);
  return useMemo(() => {
    const go = (label: string, to: string, icon: IconName): Choice => ({
      id: to,
      label,
      icon,
      run: () => void navigate(to),
    });
    const scheme = (label: string, value: 'light' | 'dark' | 'auto'): Choice => ({
      id: value,
      label,
      icon: value,
      run: () => setColorScheme(value),
    });
    const fixed = [
      go('Overview', '/', 'overview'),
      go('Monitors', '/monitors', 'monitors'),
      go('New monitor', '/monitors/new', 'plus'),
      go('Show critical monitors', '/monitors?status=critical', 'critical'),
      go('Show disabled monitors', '/monitors?status=disabled', 'disabled'),
      go('Alerters', '/alerters', 'alerters'),
      go('New alerter', '/alerters/new', 'plus'),
      go('Silences', '/silences', 'silence'),
      go('Reports', '/reports', 'report'),
      go('Reports by mail', '/reports/by-mail', 'send'),
      go('Status pages', '/status-pages', 'page'),
      go('New status page', '/status-pages/new', 'plus'),
      go('Events', '/events', 'events'),
      go('Cluster', '/cluster', 'cluster'),
      scheme('Light theme', 'light'),
      scheme('Dark theme', 'dark'),
      scheme('System theme', 'auto'),
      { id: 'help', label: 'Keys', icon: 'help' as const, run: onHelp },
    ];
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const named = fixed.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    const all = [...(states?.values() ?? [])];
    const found = words.length === 0 ? [] : namesFirst(all, text);
    const act = (action: (typeof ACTIONS)[number], { name }: LiveState): Choice => ({
      id: `${action.verb} ${name}`,
      label: action.label(name),
      icon: action.icon,
      run: () => runAction(action, name, (to) => void navigate(to)),
    });
    const { actions, rest } = actionIn(text);
    const asked = (actions.length === 0 ? [] : namesFirst(all, rest))
      .slice(0, ASKED_SHOWN)
      .flatMap((state) => actions.filter(({ isPossible }) => isPossible(state)).map((action) => act(action, state)));
    const [best] = found;
    const ofBest =
      best && (found.length === 1 || best.name.toLowerCase() === text.trim().toLowerCase())
        ? ACTIONS.filter(({ isPossible }) => isPossible(best)).map((action) => act(action, best))
        : [];
    const monitors = found.slice(0, MONITORS_SHOWN).map((state): Choice => ({
      id: `monitor ${state.name}`,
      label: state.name,
      icon: 'monitors',
      state,
      run: () => void navigate(monitorPath(state.name)),
    }));
    return [...asked, ...named, ...monitors.slice(0, 1), ...ofBest, ...monitors.slice(1)];
  }, [text, states, navigate, setColorScheme, onHelp]);
}
