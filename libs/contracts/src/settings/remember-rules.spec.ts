import 'reflect-metadata';
import { getMetadataStorage, IsInt, IsOptional, validateSync } from 'class-validator';
import { expect, it, jest } from '@jest/globals';
import { judgingOnly, rememberRules } from './remember-rules.js';

class Base {
  @IsInt()
  a = 1;
}

class Extended extends Base {
  @IsOptional()
  @IsInt({ groups: ['some'] })
  b?: unknown;
}

it('gathers the rules of a class once, and judges as before', () => {
  const storage = getMetadataStorage();
  const gather = jest.spyOn(storage, 'getTargetValidationMetadatas');
  rememberRules(storage);
  const judged = (values: object): string[] =>
    validateSync(Object.assign(new Extended(), values))
      .map(({ property }) => property)
      .sort();
  expect(judged({})).toEqual([]);
  expect(judged({ a: 'x' })).toEqual(['a']);
  expect(judged({ a: 'x', b: 'y' })).toEqual(['a', 'b']);
  expect(validateSync(Object.assign(new Base(), { a: 'x' }))).toHaveLength(1);
  expect(gather).toHaveBeenCalledTimes(2);
  // With groups it is as it was.
  expect(judgingOnly(['b'], () => judged({ a: 'x', b: 'y' }))).toEqual(['b']);
  expect(judged({ a: 'x', b: 'y' })).toEqual(['a', 'b']);
  expect(validateSync(Object.assign(new Extended(), { a: 'x', b: 'y' }), { groups: ['some'] })).toHaveLength(1);
});
