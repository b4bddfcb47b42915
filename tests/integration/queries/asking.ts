/** When the queries of these tests are asked, ms since 1970. */
export const NOW = Date.UTC(2026, 4, 20, 12);
export const now = () => NOW;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const iso = (ms: number): string => new Date(ms).toISOString();

export const manager = { sub: 'boss', scope: 'orders:manage' };

/** The answer to a request of which these fields are not as they must be. */
export const refused = (...paths: string[]) => ({
  status: 422,
  body: { errors: paths.map((path) => ({ path })) },
});
