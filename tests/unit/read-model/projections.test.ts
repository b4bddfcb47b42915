import { expect, test } from '@jest/globals';
import { application } from '#application';
import { projections } from '#read-model/projections.ts';

test('The application names every projection', () => {
  expect(projections.map(({ name }) => name)).toEqual(application.projections);
});
