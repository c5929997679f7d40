// Which folder ("room") of a project is above which. Lint and the drawing of imports read this table.

/**
 * Per project, its layers from top to bottom. A room may import from rooms in layers below its own and from nothing else: not from
 * above, and not
 * from a neighbour in its own layer. `.` means the files directly in `src`, without `index.ts`, which only names the project's
 * exports.
 * @type {Record<string, string[][]>}
 */
export const layers = {
  'apps/worker': [
    ['.'],
    ['requests', 'vitals', 'membership'],
    ['execution', 'history'],
    ['running', 'notification'],
    ['measure'],
    ['remote-write', 'burn'],
    ['ledger'],
    ['calls'],
    ['owned'],
    ['time', 'evaluation', 'outbox'],
  ],
  'apps/scheduler': [
    ['.'],
    ['assignment', 'coverage', 'events', 'reports'],
    ['history'],
    ['poison', 'housekeeping'],
    ['decision'],
    ['caches', 'leadership'],
  ],
  'apps/api': [
    ['.'],
    ['openapi'],
    ['monitors', 'alerters', 'stream', 'v2'],
    ['placement', 'requests', 'cluster', 'schemas'],
    ['states', 'calls', 'events', 'results', 'reports', 'ui', 'session'],
    ['settings', 'quiet', 'history', 'status-pages'],
    ['common'],
    ['cache'],
  ],
  'apps/status': [['.'], ['site'], ['render'], ['cache'], ['view']],
  // `docs` describes the whole command.
  'apps/cli': [
    ['docs'],
    ['.'],
    ['commands'],
    ['up'],
    ['compose', 'backup'],
    ['cfg', 'api', 'doctor', 'completion'],
    ['output'],
  ],
  'apps/ui': [['.'], ['app'], ['features'], ['components'], ['lib', 'styles']],
  'libs/contracts': [['report'], ['status-page'], ['quiet', 'history'], ['.'], ['settings']],
  'libs/net': [['.'], ['http']],
  'libs/process': [['.']],
  'libs/testing': [['.']],
  'libs/etcd-dal': [['node'], ['stores'], ['control'], ['.']],
  'libs/archive': [['.']],
  'libs/monitors': [['.'], ['icmp', 'http', 'sql', 'dns', 'nrpe'], ['exec'], ['nagios'], ['net'], ['probe']],
  'libs/alerters': [['.']],
  'libs/platform': [['.'], ['run', 'health'], ['http'], ['secrets', 'metrics'], ['config', 'logging']],
};

/** Rooms that every other may use and that use all: shared code of specs. */
export const outsideLayers = ['testing'];

/** @returns {string[]} the rooms that `room` of `project` may not import from */
export function forbiddenFor(project, room) {
  const own = layers[project].findIndex((layer) => layer.includes(room));
  return layers[project]
    .slice(0, own + 1)
    .flat()
    .filter((other) => other !== room);
}
