import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const page = resolve(import.meta.dirname, '../../../resources/console/page');
const packages = /^(preact|preact\/hooks|@preact\/signals|@dagrejs\/dagre|@tanstack\/virtual-core)$/;

test('the page imports its own files, types of the protocol, and the packages that were decided on', () => {
  const files = readdirSync(page, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  expect(files.length).toBeGreaterThan(10);
  const foreign = files.flatMap((file) =>
    [...readFileSync(join(page, file), 'utf8').matchAll(/^(import .*?)?from '([^']+)';$/gms)]
      .filter(([, statement = '', from = '']) => {
        if (packages.test(from)) return false;
        const target = resolve(page, file, '..', from);
        const isProtocol = target === resolve(page, '../protocol.ts') && statement.startsWith('import type');
        return !isProtocol && !(from.startsWith('.') && target.startsWith(`${page}/`));
      })
      .map(([, , from]) => `${file}: ${from}`),
  );
  expect(foreign).toEqual([]);
});
