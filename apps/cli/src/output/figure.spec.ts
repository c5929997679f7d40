import { expect, it } from '@jest/globals';
import { figure, timeFigure } from './figure.js';

it.each([
  [113.407, '113'],
  [52.333, '52.3'],
  [0.04567, '0.0457'],
  [999.7, '1000'],
  [12_345.6, '12346'],
  [0, '0'],
])('%p is shown as %s', (value, shown) => expect(figure(value)).toBe(shown));

it.each([
  [38.12, '38.1 ms'],
  [999.9, '1 s'],
  [1489.2, '1.49 s'],
])('%p ms is shown as %s', (value, shown) => expect(timeFigure(value)).toBe(shown));
