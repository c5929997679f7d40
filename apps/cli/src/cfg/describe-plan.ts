import { isDeepStrictEqual } from 'node:util';
import { maskAlerter } from '@9volt/alerters';
import { type AlerterSettings, maskSettings, type MonitorSettings, type Origin } from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import type { Change, SyncPlan } from './plan-sync.js';

/** The changes of a sync, done or planned, by name; with `verbose` also the entries that stay. */
export function describePlan(plan: SyncPlan, { dryrun, verbose }: { dryrun: boolean; verbose: boolean }): string[] {
  const line = (verb: string, { kind, name }: { kind: string; name: string }): string =>
    `${dryrun ? 'would have ' : ''}${verb} ${kind} ${name}`;
  return [
    ...plan.added.map((change) => line('added', change)),
    ...plan.changed.map((change) => line('changed', change) + belonging(change.takenFrom, 'belonged')),
    ...(verbose ? plan.skipped.map((skipped) => line('skipped', skipped) + belonging(skipped.set, 'belongs')) : []),
    ...plan.removed.map((change) => line('removed', change)),
    ...(verbose ? plan.kept.map((kept) => `kept ${kept.kind} ${kept.name}: ${ownerOf(kept.origin)}`) : []),
  ];
}

function belonging(set: string | undefined, verb: string): string {
  return set === undefined ? '' : `, which ${verb} to the set ${set}`;
}

function ownerOf(origin: Origin | undefined): string {
  if (origin?.from === 'files') return `it belongs to the set ${origin.set ?? 'of nobody'}`;
  return origin ? 'the dashboard or the API made it' : 'it belongs to no set';
}

/** What other sets have alike: a set with a new name would wait in vain for its entries to go with their files. */
export function describeAlike({ skipped }: SyncPlan, set: string): string[] {
  const counts = new Map<string, number>();
  for (const { set: owner } of skipped) if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].map(
    ([owner, count]) =>
      `${count} ${count === 1 ? 'entry equals that' : 'entries equal those'} of the set ${owner} and ${count === 1 ? 'stays' : 'stay'} in it: ` +
      `--set ${owner} names it, --take-over moves ${count === 1 ? 'it' : 'them'} to the set ${set}`,
  );
}

/** One change as lines of a diff; secrets are masked, and only marked as changed. */
export function describeChange(change: Change): string[] {
  const { kind, name } = change;
  if (!change.value) return [`- ${kind} ${name}`];
  if (change.modRevision === 0) return [`+ ${kind} ${name}`];
  const lines = [`~ ${kind} ${name}`];
  const before = flatten(change.before ?? {});
  const after = flatten(change.value);
  const shownBefore = flatten(masked(kind, change.before ?? {}));
  const shownAfter = flatten(masked(kind, change.value));
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    if (isDeepStrictEqual(before.get(path), after.get(path))) continue;
    lines.push(`    ${path}: ${shown(shownBefore.get(path))} -> ${shown(shownAfter.get(path))}`);
  }
  return lines;
}

function masked(kind: Change['kind'], value: object): object {
  if (kind === 'alerter') return maskAlerter(value as AlerterSettings);
  if (kind !== 'monitor') return value;
  const definition = monitorTypes.get((value as MonitorSettings).type);
  return definition ? maskSettings(definition.settings, value) : value;
}

function flatten(value: object, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      for (const [innerPath, leaf] of flatten(inner as object, path)) flat.set(innerPath, leaf);
    } else {
      flat.set(path, inner);
    }
  }
  return flat;
}

function shown(value: unknown): string {
  return value === undefined ? '(unset)' : JSON.stringify(value);
}
