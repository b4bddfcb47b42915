import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from '#resources/cli/arguments.ts';
import { RELEASED } from '#resources/compatibility/baselines.ts';
import { compile } from '#resources/local/package-template.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { asyncApiOf } from './asyncapi.ts';
import { openApiOf } from './openapi.ts';
import { operationsOf } from './operations.ts';

const root = resolve(import.meta.dirname, '../..');

/** File (in shared/api) → what belongs into it. */
export async function documentsOf(template: Template): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const openApi = openApiOf(await operationsOf(template), version);
  const asyncApi = await asyncApiOf(template, version);
  return { 'openapi.json': asText(openApi), 'asyncapi.json': asText(asyncApi) };
}

const asText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** `npm run contract`: writes the documents anew from handlers, event definitions and the compiled template. */
export async function writeDocuments(): Promise<void> {
  const { template, remove } = await compile('dev');
  try {
    for (const [file, text] of Object.entries(await documentsOf(template))) {
      await writeFile(join(root, 'shared/api', file), text);
      process.stdout.write(`shared/api/${file}\n`);
    }
  } finally {
    await remove();
  }
}

/** `npm run contract -- --release`: today's documents become those of the last release, which others are compared with. */
export async function keepAsReleased(): Promise<void> {
  for (const file of ['openapi.json', 'asyncapi.json']) {
    await cp(join(root, 'shared/api', file), join(root, RELEASED, file));
    process.stdout.write(`${RELEASED}/${file}\n`);
  }
}

if (import.meta.main) {
  await runCommand({
    usage: `npm run contract
npm run contract -- --release
Writes openapi.json and asyncapi.json in shared/api anew.

  --release  for a release: also copies them to ${RELEASED}, which npm run check:schemas compares with`,
    options: { release: { type: 'boolean' } },
    async run({ release }) {
      await writeDocuments();
      if (release) await keepAsReleased();
    },
  });
}
