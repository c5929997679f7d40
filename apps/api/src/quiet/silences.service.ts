import {
  describeMatcher,
  DomainError,
  isPlainObject,
  type Matcher,
  matcherFaults,
  matches,
  matchesEverything,
  type Silence,
  silencePhase,
  SILENCE_PHASES,
  timeId,
  timeOfId,
  validateSettings,
} from '@9volt/contracts';
import { ClusterNode, keepsChanging, untilAccepted } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { type Counts, NONE, type StoredSilence, presentSubjectOf } from '../cache/quiet-view.js';
import { knownWords, type RawQuery, readListQuery, reversedBy } from '../common/list-query.js';
import type { ShownMatches, ShownSilence } from './quiet.dto.js';
import { endOf, SilenceBody } from './quiet-bodies.js';

const MAX_NAMED = 1_000;
/** More would make every decision about an alarm slow. */
const MAX_SILENCES = 5_000;

@Injectable()
export class SilencesService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  /** The newest first. */
  list(raw: RawQuery): ShownSilence[] {
    const { filters } = readListQuery<string>(raw, { filters: ['phase'], sorts: {}, fallback: reversedBy((id) => id) });
    const phases = knownWords(filters, 'phase', SILENCE_PHASES);
    const counts = this.cache.quiet.silencedOf(this.cache.monitors.values());
    const all = [...this.cache.quiet.silences].map(([id, { silence }]) =>
      this.shown(id, silence, counts.get(id) ?? NONE),
    );
    return all.filter(({ phase }) => !phases || phases.has(phase)).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  get(id: string): ShownSilence {
    return this.shown(id, this.stored(id).silence);
  }

  async add(raw: unknown): Promise<ShownSilence> {
    if (this.cache.quiet.silences.size >= MAX_SILENCES) {
      throw new DomainError(
        'conflict',
        `There are ${MAX_SILENCES} silences already; expired ones are removed after 7 days`,
      );
    }
    const id = timeId();
    const silence = silenceOf(raw, undefined);
    const written = await this.node.stores.silence.replace(id, { modRevision: 0 }, silence);
    if (written.outcome !== 'accepted') throw new DomainError('conflict', 'etcd refused the silence; try again');
    await this.cache.awaitWrite(written.revision);
    this.emit('silence-added', 'added', id, silence);
    return this.shown(id, silence);
  }

  async change(id: string, raw: unknown): Promise<ShownSilence> {
    silenceOf(raw, undefined);
    const silence = await this.replace(id, (before) => silenceOf(raw, before));
    this.emit('silence-changed', 'changed', id, silence);
    return this.shown(id, silence);
  }

  /** Ends it now. An ended one stays as it is. */
  async expire(id: string): Promise<ShownSilence> {
    const now = new Date().toISOString();
    const isOver = silencePhase(this.stored(id).silence, Date.now()) === 'expired';
    const silence = await this.replace(id, (before) =>
      silencePhase(before, Date.now()) === 'expired' ? before : { ...before, end: now },
    );
    if (!isOver) this.emit('silence-expired', 'expired', id, silence);
    return this.shown(id, silence);
  }

  preview(raw: unknown): ShownMatches {
    const match = isPlainObject(raw) ? raw['match'] : undefined;
    const faults = matcherFaults(match, '/match');
    if (faults.length > 0) throw DomainError.invalid(faults);
    const views = [...this.matching(match as Matcher)];
    const names = views.map(({ name }) => name).sort();
    const open = views.filter(({ state }) => state?.incident);
    return {
      monitors: names.length,
      names: names.slice(0, MAX_NAMED),
      incidents: open
        .slice(0, MAX_NAMED)
        .flatMap(({ name, state }) =>
          state && state.status !== 'ok'
            ? [{ monitor: name, status: state.status, since: state.since, message: state.message }]
            : [],
        ),
      everything: matchesEverything(match as Matcher),
    };
  }

  private replace(id: string, next: (before: Silence) => Silence): Promise<Silence> {
    const write = async (): Promise<Silence | 'refused'> => {
      const stored = await this.node.stores.silence.read(id);
      if (!stored.value) throw notFound(id);
      const silence = next(stored.value);
      const written = await this.node.stores.silence.replace(id, stored, silence);
      if (written.outcome === 'refused') return 'refused';
      await this.cache.awaitWrite(written.revision);
      return silence;
    };
    return untilAccepted(write, () => keepsChanging(`the silence '${id}'`));
  }

  private stored(id: string): StoredSilence {
    const stored = timeOfId(id) === undefined ? undefined : this.cache.quiet.silences.get(id);
    if (!stored) throw notFound(id);
    return stored;
  }

  private *matching(match: Matcher): Generator<MonitorView> {
    for (const view of this.cache.monitors.values())
      if (view.exists && matches(match, presentSubjectOf(view))) yield view;
  }

  private shown(id: string, silence: Silence, counts = this.countsOf(silence.match)): ShownSilence {
    const { match, start, end, comment, author = null, createdAt } = silence;
    const phase = silencePhase(silence, Date.now());
    // An expired one holds back nothing.
    const { monitors, incidents } = phase === 'expired' ? NONE : counts;
    return { id, match, start, end, comment, author, createdAt, phase, monitors, incidents };
  }

  private countsOf(match: Matcher): Counts {
    const views = [...this.matching(match)];
    return { monitors: views.length, incidents: views.filter(({ state }) => state?.incident).length };
  }

  private emit(
    type: 'silence-added' | 'silence-changed' | 'silence-expired',
    verb: string,
    id: string,
    silence: Silence,
  ): void {
    const { match, end, author, comment } = silence;
    const until = type === 'silence-expired' ? '' : ` until ${end}`;
    this.node.events.emit(
      type,
      `${author ?? 'somebody'} ${verb} a silence of ${describeMatcher(match)}${until}: ${comment}`,
      {
        details: { silence: id },
      },
    );
  }
}

function silenceOf(raw: unknown, before: Silence | undefined): Silence {
  const validated = validateSettings(SilenceBody, raw);
  if (!validated.ok) throw DomainError.invalid(validated.errors);
  const { match, start, end, duration, comment, author, force } = validated.value;
  if (matchesEverything(match) && force !== true) {
    throw new DomainError('conflict', 'This silence would match every monitor; send force: true if you mean that');
  }
  const now = Date.now();
  const from = start === undefined ? (before ? Date.parse(before.start) : now) : Date.parse(start);
  return {
    match,
    start: new Date(from).toISOString(),
    end: endOf(end, duration, start === undefined ? now : from) as string,
    comment,
    ...(author === undefined ? {} : { author }),
    createdAt: before?.createdAt ?? new Date(now).toISOString(),
  };
}

function notFound(id: string): DomainError {
  return new DomainError('not-found', `There is no silence '${id}'`);
}
