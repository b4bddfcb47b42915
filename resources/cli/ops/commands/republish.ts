import type { Republished } from '#functions/operations/republish/republish.ts';
import { type Command, givenOf, rateOf } from '#resources/cli/ops/command.ts';

export const republish: Command = {
  usage:
    'republish --stream id | --type t --from time --to time | --publisher-failures   [--rate n/s] [--old] [--dry-run]',
  options: {
    stream: { type: 'string' },
    type: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    'publisher-failures': { type: 'boolean' },
    rate: { type: 'string' },
    old: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  async run(values, { invoke, progress }) {
    const dryRun = values['dry-run'] === true;
    const asked = {
      ...givenOf(values, 'stream', 'type', 'from', 'to', 'old'),
      ...(values['publisher-failures'] && { publisherFailures: true }),
      ...rateOf(values.rate),
      dryRun,
    };
    let published = 0;
    let tooOld = 0;
    const refused: string[] = [];
    let publisherFailures: Republished['publisherFailures'];
    let chunk: Republished | undefined;
    do {
      const continuationToken = chunk?.continuationToken;
      chunk = (await invoke('republish', {
        ...asked,
        ...(continuationToken && { continuationToken }),
      })) as Republished;
      published += chunk.published;
      tooOld += chunk.tooOld;
      refused.push(...(chunk.refused ?? []));
      if (chunk.publisherFailures) publisherFailures = { ...publisherFailures, ...chunk.publisherFailures };
      progress.show(chunk.progress, `${published} events`);
    } while (chunk.continuationToken);
    const result = {
      ...asked,
      published,
      tooOld,
      ...(refused.length > 0 && { refused }),
      ...(publisherFailures && { failures: publisherFailures }),
    };
    return { result, text: textOf(result), ok: tooOld === 0 && refused.length === 0 };
  },
};

interface Total extends Pick<Republished, 'dryRun' | 'published' | 'tooOld' | 'refused'> {
  failures?: Republished['publisherFailures'];
}

function textOf({ dryRun, published, tooOld, refused = [], failures }: Total): string {
  const lines = [`${published} events ${dryRun ? 'would go' : 'went'} to the topic.`];
  if (tooOld > 0) {
    const why = 'older than consumers remember, which would count or notify twice';
    lines.push(`${tooOld} are ${why}. --old takes them in.`);
  }
  if (refused.length > 0) {
    lines.push(`${refused.length} can never be published; the log of the function republish says why.`);
    if (failures?.acknowledged) lines.push('Their batches are acknowledged too: nothing else can be done.');
  }
  if (failures) {
    const { batches = 0, unreadable = 0, acknowledged = 0 } = failures;
    lines.unshift(`Batches that the publisher gave up on: ${batches}.`);
    if (!dryRun) lines.push(`${acknowledged} of ${batches} are acknowledged.`);
    if (unreadable > 0) lines.push(`${unreadable} messages tell of no batch: look at that queue by hand.`);
  }
  return lines.join('\n');
}
