import { CATALOGUE_CORRELATION_ID } from './catalogue.ts';
import type { LogEntry } from './log-entry.ts';

type Style = 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

const codes: Record<Style, number> = {
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};
const hopStyles: Record<string, Style> = {
  http: 'cyan',
  command: 'blue',
  publish: 'magenta',
  consumer: 'green',
  'dead-letter': 'red',
  redrive: 'yellow',
};

/** Colour on a terminal, unless NO_COLOR says otherwise (https://no-color.org). */
export const wantsColor = (stream: { isTTY?: boolean }): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR;

/**
 * One line a person can read for each line of a function's log: time, correlation id (its last eight characters),
 * hop, who, what, which event. Undefined for lines that say nothing to a person (metrics). Any other text is left as it is.
 */
export function formatLogLine(line: string, color: boolean): string | undefined {
  const entry = parse(line);
  if (entry === undefined) return line;
  if ('_aws' in entry || isRoutine(entry)) return undefined;
  const paint = (style: Style | undefined, text: string) =>
    color && style && text ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;

  const hop = entry.hop ?? (entry.level === 'INFO' ? '' : entry.level.toLowerCase());
  const trouble = ({ WARN: 'yellow', ERROR: 'red', CRITICAL: 'red' } as const)[entry.level];
  const columns = [
    paint('dim', (entry.timestamp ?? '').slice(11, 23)),
    paint('dim', (entry.correlationId ?? '').slice(-8).padEnd(8)),
    paint(trouble ?? hopStyles[hop], hop.padEnd(11)),
    (entry.consumer ?? shortName(entry.function)).padEnd(14),
    paint(trouble, what(entry)),
  ];
  const stack = entry.hop === undefined && entry.error?.stack ? `\n${paint('dim', entry.error.stack)}` : '';
  return columns.join('  ').trimEnd() + stack;
}

/** What filling the catalogue at the start sets off, as long as all goes well. */
const isRoutine = ({ level, correlationId }: LogEntry): boolean =>
  level === 'INFO' && correlationId === CATALOGUE_CORRELATION_ID;

function what(entry: LogEntry): string {
  const { route, status, ms, eventType, streamId, version, message } = entry;
  if (route && status !== undefined) return `${route} ${status} (${ms} ms)`;
  const subject = [
    route,
    eventType,
    streamId && `${streamId}${version === undefined ? '' : `@${version}`}`,
  ].filter(Boolean);
  const tries = Number(entry.receiveCount ?? 1) > 1 ? ` (receive ${entry.receiveCount})` : '';
  const name = entry.errorName ?? entry.error?.name;
  const text = entry.errorMessage ?? entry.error?.message ?? entry.reason;
  const cause = name || text ? `: ${[name, text].filter(Boolean).join(': ')}` : '';
  return `${subject.length > 0 ? `${subject.join(' ')} ` : ''}${message}${tries}${cause}`;
}

/** `orderstream-dev-place-order` → `place-order` */
const shortName = (name = ''): string => name.replace(/^[^-]+-(?:[^-]+)-/, '');

function parse(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    const isLog = typeof entry.level === 'string' && typeof entry.message === 'string';
    return isLog || '_aws' in entry ? entry : undefined;
  } catch {
    return undefined;
  }
}
