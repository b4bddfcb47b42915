import { describe, expect, test } from '@jest/globals';
import { mutantsOf, mutated } from '#tests/mutation/mutants.ts';

/** The whole text with each mutant in it, by kind. */
const all = (text: string): [kind: string, text: string][] =>
  mutantsOf('shared/kit/x.ts', text).map((mutant) => [mutant.kind, mutated(text, mutant)]);

const texts = (text: string) => all(text).map(([, changed]) => changed);

describe('Mutants', () => {
  test.each([
    ['a < b;', 'boundary', '((a) <= (b));'],
    ['a >= b;', 'boundary', '((a) > (b));'],
    ['a === b;', 'equality', '((a) !== (b));'],
    ['a + b;', 'arithmetic', '((a) - (b));'],
    ['a || b;', 'logic', '((a) && (b));'],
    ['a ?? b;', 'logic', '(a);'],
    ['!a;', 'negated condition', '(a);'],
    ['if (a) b;', 'negated condition', 'if (!(a)) b;'],
    ['a ? b : c;', 'negated condition', '!(a) ? b : c;'],
    ['do b; while (a);', 'loop ends', 'do b; while (false);'],
    ['x = true;', 'boolean', 'x = false;'],
    ['x = await y;', 'await removed', 'x = (y);'],
    ['run(1);', 'statement removed', ';'],
    ['this.#run();', 'statement removed', ';'],
    ['x = { ConsistentRead: yes };', 'consistent read dropped', 'x = { ...{} };'],
    ['x = y.filter(z);', 'step of a chain dropped', 'x = y;'],
    ["x = 'y';", 'text emptied', "x = '';"],
    ["x = '';", 'text emptied', "x = 'mutant';"],
    ['x = `y`;', 'text emptied', 'x = ``;'],
    ['x = [y];', 'list emptied', 'x = [];'],
  ])('of %s: %s', (text, kind, changed) => {
    expect(all(text)).toEqual([[kind, changed]]);
  });

  test('of a chain of operators keep what belongs together', () => {
    expect(texts('a && b && c;')).toEqual(['((a) || (b)) && c;', '((a && b) || (c));']);
  });

  test('do not repeat one another: a condition that is a comparison is negated once', () => {
    expect(texts('if (a === b) c;')).toEqual(['if (((a) !== (b))) c;']);
    expect(texts('if (!a) c;')).toEqual(['if ((a)) c;']);
  });

  test('are none in types, imports, keys, sentences, log lines and what is thrown', () => {
    const text = `import { a } from 'b';
      export type { C } from 'd';
      const x: 'e' | 'f' = y as 'g';
      const z = { 'h': 1 };
      const message = 'This is for people.';
      runtime.logger.warn('i', { j: true });
      if (k) throw new Error('l');`;
    expect(all(text)).toEqual([['negated condition', text.replace('(k)', '(!(k))')]]);
  });

  test('are found behind a cast, and where the text has more bytes than characters', () => {
    expect(texts('x = (a < b) as boolean; // …')).toEqual(['x = (((a) <= (b))) as boolean; // …']);
    const text = "// äöü …\nx = 'ü';";
    expect(mutantsOf('y.ts', text)).toMatchObject([{ file: 'y.ts', line: 2, kind: 'text emptied' }]);
    expect(texts(text)).toEqual(["// äöü …\nx = '';"]);
  });
});
