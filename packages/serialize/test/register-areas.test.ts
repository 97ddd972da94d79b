import { areas, outcomes, pack } from './support/areas.js';

describe('in an instrumented process', () => {
  const packed = pack([]);
  test.each(areas)('every value of %s behaves elsewhere as the original did', (file) => {
    const wrong = outcomes(file, packed[file] ?? []).filter(([, result]) => result !== 'right');
    expect(wrong).toEqual([]);
  });
});
