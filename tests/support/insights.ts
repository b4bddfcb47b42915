/** Words of the query language of CloudWatch Logs Insights, as far as our queries use them. */
const WORDS = new Set([
  ...[
    'fields',
    'filter',
    'stats',
    'sort',
    'limit',
    'by',
    'as',
    'and',
    'or',
    'not',
    'in',
    'like',
    'asc',
    'desc',
  ],
  ...['count', 'coalesce', 'ispresent', 'earliest', 'latest', 'bin', 'sum', 'min', 'max'],
]);

/** The fields of log lines that a query asks for; not those that Insights itself adds (`@timestamp`), nor its own aliases. */
export function fieldsOfQuery(query: string): string[] {
  const bare = query.replaceAll(/"[^"]*"|(?<=like )\/[^/]*\//g, ' ');
  const aliases = new Set([...bare.matchAll(/\bas (\w+)/g)].map(([, alias]) => alias));
  const names = [...bare.matchAll(/(?<![\w@.])[a-z_][\w.]*/gi)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !WORDS.has(name) && !aliases.has(name) && !/^\d/.test(name));
}
