import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { given } from './given.js';
import { ApiServer } from './helm/api-server.js';
import { Release, RELEASE } from './helm/chart.js';
import type { Secret } from './helm/manifests.js';

const withHelm = given('helm');

describe('the access token', () => {
  let api: ApiServer;

  beforeAll(async () => {
    api = await ApiServer.start();
  });
  afterAll(() => api.stop());

  const tokenOf = async (values = {}): Promise<{ secret: Secret; token: string }> => {
    const secret = (await Release.renderAnew(values, RELEASE.name, ['--dry-run=server', ...api.args])).one<Secret>(
      'Secret',
    );
    return { secret, token: Buffer.from(Object.values(secret.data)[0] ?? '', 'base64').toString() };
  };

  withHelm('is made at random, kept over upgrades, and left when the release is removed', async () => {
    const first = await tokenOf();
    expect(first.token).toMatch(/^[A-Za-z0-9]{40}$/);
    expect((await tokenOf()).token).not.toBe(first.token);
    expect(first.secret.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });

    api.store(RELEASE.namespace, first.secret);
    expect((await tokenOf()).token).toBe(first.token);
  });

  withHelm('is made anew under another key, for pods start with no empty one', async () => {
    expect((await tokenOf({ accessTokens: { key: 'other' } })).token).toMatch(/^[A-Za-z0-9]{40}$/);
  });
});
