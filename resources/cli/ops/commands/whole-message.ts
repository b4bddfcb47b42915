import type { WholeDeadLetter } from '#functions/operations/dead-letters/show-dead-letter.ts';
import { reasonAttributes } from '#kit/operations/dead-letter.ts';
import { visible } from '#resources/cli/text.ts';
import { withAgo } from '#resources/cli/times.ts';

/** Attributes that the history tells already. */
const TOLD = reasonAttributes.filter((name) => name !== 'correlationId');

/** A dead letter for a person: its history, its attributes, and its body, pretty-printed where it is JSON. Nothing is cut. */
export function wholeMessage(message: WholeDeadLetter, now: number): string {
  const { consumer, messageId, errorName, errorMessage, fingerprint, receiveCount } = message;
  const { firstFailureAt, lastFailureAt, sentAt, attributes, body } = message;
  const at = (time: string | undefined) => (time ? withAgo(time, now) : 'not known');
  const history = [
    ['message', messageId],
    ['consumer', consumer],
    ['reason', `${errorName}: ${errorMessage}`],
    ['fingerprint', fingerprint],
    ['receives', receiveCount === undefined ? 'not known' : String(receiveCount)],
    ['first failure', at(firstFailureAt)],
    ['last failure', at(lastFailureAt)],
    ['sent', at(sentAt)],
  ] as const;
  const others = Object.entries(attributes).filter(([name]) => !TOLD.includes(name));
  return [
    ...lines(history),
    '',
    'attributes',
    ...(others.length > 0 ? lines(others).map((line) => `  ${line}`) : ['  none']),
    '',
    'body',
    visible(pretty(body)),
  ].join('\n');
}

const lines = (pairs: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${visible(value).replaceAll('\n', '\\n')}`);
};

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
