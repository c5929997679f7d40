import { expect, it } from '@jest/globals';
import { buildProgram } from './program.js';

const namesOf = async (asked?: string): Promise<string[]> =>
  (await buildProgram(asked)).commands.map((command) => command.name());

it('has, when one command is asked for, that one, as it is among all', async () => {
  const all = await buildProgram();
  expect(all.commands.length).toBeGreaterThan(10);
  for (const command of all.commands) {
    const alone = await buildProgram(command.name());
    const found = alone.commands.find((one) => one.name() === command.name());
    expect(found?.helpInformation()).toBe(command.helpInformation());
  }
  expect(await namesOf('health')).toEqual(['health']);
});

it('has all of them for whoever asks for none that there is', async () => {
  const all = await namesOf();
  expect(await namesOf('heath')).toEqual(all);
  expect(await namesOf('--help')).toEqual(all);
});
