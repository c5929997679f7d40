import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { given } from './given.js';
import { ApiServer } from './helm/api-server.js';
import { Release, RELEASE } from './helm/chart.js';
import type { Secret } from './helm/manifests.js';

const withHelm = given('helm');

const RANDOM = /^[A-Za-z0-9]{40}$/;
const decoded = (text = ''): string => Buffer.from(text, 'base64').toString();

describe('the access token', () => {
  let api: ApiServer;

  beforeAll(async () => {
    api = await ApiServer.start();
  });
  afterAll(() => api.stop());

  const secretsOf = async (values = {}): Promise<{ tokens: Secret; scrape: Secret; list: string[] }> => {
    const release = await Release.renderAnew(values, RELEASE.name, ['--dry-run=server', ...api.args]);
    const [tokens, scrape] = [
      release.one<Secret>('Secret', '-tokens'),
      release.one<Secret>('Secret', '-metrics-token'),
    ];
    return { tokens, scrape, list: decoded(Object.values(tokens.data)[0]).split(',') };
  };

  withHelm('is made at random, kept over upgrades, and left when the release is removed', async () => {
    const first = await secretsOf();
    expect(first.list).toEqual([expect.stringMatching(RANDOM), decoded(first.scrape.data['token'])]);
    expect(first.list[1]).toMatch(RANDOM);
    expect((await secretsOf()).list[0]).not.toBe(first.list[0]);
    for (const { metadata } of [first.tokens, first.scrape])
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });

    api.store(RELEASE.namespace, first.tokens);
    api.store(RELEASE.namespace, first.scrape);
    expect((await secretsOf()).list).toEqual(first.list);
  });

  withHelm('of a release of before is kept, and Prometheus gets one of its own beside it', async () => {
    const { tokens } = await secretsOf();
    const before = Buffer.from('a-token-of-the-version-before').toString('base64');
    const name = 'before';
    const earlier: Secret = {
      ...tokens,
      metadata: { ...tokens.metadata, name: `${name}-tokens` },
      data: { 'access-tokens': before },
    };
    api.store(RELEASE.namespace, earlier);
    const { list, scrape } = await secretsOf({ fullnameOverride: name });
    expect(list).toEqual(['a-token-of-the-version-before', decoded(scrape.data['token'])]);
  });

  withHelm('is made anew under another key, for pods start with no empty one', async () => {
    expect((await secretsOf({ accessTokens: { key: 'other' } })).list[0]).toMatch(RANDOM);
  });

  withHelm('and the certificates of etcd are kept over upgrades, all of them', async () => {
    const rendered = (args: string[] = []): Promise<Release> =>
      Release.renderAnew({ fullnameOverride: 'kept' }, RELEASE.name, ['--dry-run=server', ...args, ...api.args]);
    const certificates = (release: Release): Secret[] =>
      release.all<Secret>('Secret').filter(({ metadata }) => metadata.name.includes('-tls-'));
    const first = certificates(await rendered());
    expect(first).toHaveLength(5);
    for (const secret of first.slice(1)) api.store(RELEASE.namespace, secret);
    expect(certificates(await rendered())[1]?.data).not.toEqual(first[1]?.data);
    api.store(RELEASE.namespace, first[0] as Secret);
    expect(certificates(await rendered(['--is-upgrade'])).map(({ data }) => data)).toEqual(
      first.map(({ data }) => data),
    );
  });
});
