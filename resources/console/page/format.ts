const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

export const timeOfDay = (at: number): string => clock.format(at);

/** `38 ms`, `1.6 s`, `4 min` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

export function ago(iso: string | number | undefined): string {
  if (iso === undefined) return '';
  const ms = Date.now() - (typeof iso === 'number' ? iso : Date.parse(iso));
  return ms < 1_500 ? 'now' : `${duration(ms)} ago`;
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** `order-01a21fe5-a34e-7234-ba51-6af498bd00ae` → `order-01a2…00ae`: what tells two of them apart is at the end. */
export const shortStream = (stream: string): string =>
  stream.replace(
    /([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})/,
    '$1…$2',
  );

export const shortId = (id: string): string => (id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

/** A filter policy as a person says it: `OrderCreated and total ≥ 1000`. */
export function filterText(filter: Record<string, unknown[]> | undefined): string {
  if (!filter) return 'everything';
  return Object.entries(filter)
    .map(([attribute, rules]) => {
      const text = rules.map(ruleText).join(' or ');
      if (attribute === 'aggregateType') return `every event of ${text}`;
      return attribute === 'eventType' ? text : `${attribute} ${text}`;
    })
    .join(' and ');
}

const signs: Record<string, string> = { '>=': '≥', '<=': '≤', '=': '=', '>': '>', '<': '<' };

function ruleText(rule: unknown): string {
  if (typeof rule !== 'object' || rule === null) return String(rule);
  const [[operator, argument] = ['', '']] = Object.entries(rule);
  if (operator === 'numeric' && Array.isArray(argument)) {
    return argument.map((one) => signs[String(one)] ?? String(one)).join(' ');
  }
  if (operator === 'anything-but') return `not ${[argument].flat().join(', ')}`;
  return `${operator} ${JSON.stringify(argument)}`;
}
