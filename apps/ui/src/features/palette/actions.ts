import { monitorPath } from '@9volt/contracts/pages';
import type { IconName } from '../../components/icon.js';
import type { LiveState } from '../../lib/live-types.js';
import { monitorApi } from '../../lib/settings-api.js';
import { toast, toastError, toastUndo } from '../../lib/toasts.js';
import { DISABLED, ENABLED } from '../monitors/monitor-api.js';
import { NO_FILTER } from '../monitors/monitor-filter.js';
import { selectMonitors } from '../monitors/select-monitors.js';

interface MonitorAction {
  verb: string;
  icon: IconName;
  /** How it reads: `Run web now`. */
  label: (name: string) => string;
  isPossible: (state: LiveState) => boolean;
  run: (name: string, go: (to: string) => void) => Promise<unknown>;
}

const isDisabled = ({ status }: LiveState): boolean => status === 'disabled';

export const ACTIONS: readonly MonitorAction[] = [
  {
    verb: 'run',
    icon: 'run',
    label: (name) => `Run ${name} now`,
    isPossible: (state) => !isDisabled(state),
    run: async (name) => {
      const { status, message } = await monitorApi.run(name);
      toast(status === 'ok' ? 'done' : 'failed', `${name} is ${status}`, status === 'ok' ? [] : [message]);
    },
  },
  {
    verb: 'disable',
    icon: 'pause',
    label: (name) => `Disable ${name}`,
    isPossible: (state) => !isDisabled(state),
    run: async (name) => {
      await monitorApi.patch(name, DISABLED);
      toastUndo(`Disabled ${name}`, () => monitorApi.patch(name, ENABLED));
    },
  },
  {
    verb: 'enable',
    icon: 'ok',
    label: (name) => `Enable ${name}`,
    isPossible: isDisabled,
    run: async (name) => {
      await monitorApi.patch(name, ENABLED);
      toast('done', `Enabled ${name}`);
    },
  },
  {
    verb: 'edit',
    icon: 'edit',
    label: (name) => `Edit ${name}`,
    isPossible: () => true,
    run: async (name, go) => go(monitorPath(name, 'edit')),
  },
];

/** Does it, and says so if it fails. */
export function runAction(action: MonitorAction, name: string, go: (to: string) => void): void {
  action.run(name, go).catch((error: unknown) => toastError(`${action.label(name)}: failed`, error));
}

/** The monitors that a text finds, those whose names it is in before those found by a tag or a message. */
export function namesFirst(states: Iterable<LiveState>, text: string): LiveState[] {
  const wanted = text.trim().toLowerCase();
  const rank = ({ name }: LiveState): number => {
    const at = name.toLowerCase().indexOf(wanted);
    return name.toLowerCase() === wanted ? 0 : at === 0 ? 1 : at > 0 ? 2 : 3;
  };
  return selectMonitors(states, { ...NO_FILTER, q: text }).sort((a, b) => rank(a) - rank(b));
}

/** `run web` and `dis web`: an action by the beginning of its verb, and the text that names its monitor. */
export function actionIn(text: string): { actions: readonly MonitorAction[]; rest: string } {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const word = first.toLowerCase();
  const actions = rest.length === 0 || word === '' ? [] : ACTIONS.filter(({ verb }) => verb.startsWith(word));
  return { actions, rest: rest.join(' ') };
}
