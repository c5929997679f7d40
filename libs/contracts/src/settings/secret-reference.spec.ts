import { describe, expect, it } from '@jest/globals';
import { Text, TextList, TextMap } from './decorators.js';
import { isReference, referenceFaults, resolveSecrets, SecretUnavailable, secretNames } from './secret-reference.js';

class Sample {
  @Text({ doc: 'A password.', secret: true })
  password?: string;

  @TextMap({ doc: 'Headers.', secret: true })
  headers?: Record<string, string>;

  @TextList({ doc: 'Words.' })
  words?: string[];
}

const SECRETS: Readonly<Record<string, string>> = { KEY: 'k$&y', '/run/secrets/b': 'b' };
const read = ({ name }: { name: string }): Promise<string> => {
  const found = SECRETS[name];
  return found === undefined ? Promise.reject(new Error('the variable is not set')) : Promise.resolve(found);
};

describe('references to secrets', () => {
  it('are replaced in the named attributes, wherever they are, and nowhere else', async () => {
    const settings = {
      password: '${env:KEY}',
      headers: { Authorization: 'Bearer ${env:KEY}', 'X-Both': '${file:/run/secrets/b}-${env:KEY}', Plain: '${x}' },
      words: ['${env:KEY}'],
    };
    expect(await resolveSecrets(settings, ['password', 'headers'], read)).toEqual({
      settings: {
        password: 'k$&y',
        headers: { Authorization: 'Bearer k$&y', 'X-Both': 'b-k$&y', Plain: '${x}' },
        words: ['${env:KEY}'],
      },
      secrets: ['k$&y', 'k$&y', 'b'],
    });
    expect(settings.password).toBe('${env:KEY}');
  });

  it('leave values without references as they are', async () => {
    const settings = { password: 'plain' };
    expect((await resolveSecrets(settings, ['password', 'headers'], read)).settings).toBe(settings);
  });

  it('are not looked for in an inserted secret', async () => {
    const chained = () => Promise.resolve('${env:OTHER}');
    const { settings } = await resolveSecrets({ password: '${env:KEY}' }, ['password'], chained);
    expect(settings).toEqual({ password: '${env:OTHER}' });
  });

  it('that cannot be read are named in the error', async () => {
    const failing = resolveSecrets({ password: '${env:NONE}' }, ['password'], read);
    await expect(failing).rejects.toThrow(SecretUnavailable);
    await expect(failing).rejects.toThrow('password: this worker cannot read ${env:NONE}: the variable is not set');
  });

  it.each([
    ['${env:KEY}', true],
    ['${file:/run/secrets/key}', true],
    ['x${env:KEY}', false],
    ['${env:}', false],
    ['secret', false],
  ])('%s is a reference and nothing else: %s', (text, expected) => {
    expect(isReference(text)).toBe(expected);
  });

  it.each([
    [{ password: '${env:A_1}' }, []],
    [{ password: '${env:}' }, ['/x/password']],
    [{ password: 'a ${env:A B}' }, ['/x/password']],
    [{ headers: { A: '${file:relative}' } }, ['/x/headers']],
    [{ words: ['${env:-}'] }, []],
  ])('in %j are validated', (settings, expected) => {
    expect(referenceFaults(settings, secretNames(Sample), '/x').map(({ path }) => path)).toEqual(expected);
  });
});
