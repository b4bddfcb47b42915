const UNITS = [
  ['day', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/**
 * How long ago a time was: `42 s ago`, `3 min ago`, `5 days ago`; `in 3 min` where it is still to come.
 * @param time ISO; what is none is returned as it is
 * @param now ms since 1970
 */
export function ago(time: string, now: number): string {
  const seconds = Math.round((now - Date.parse(time)) / 1_000);
  if (Number.isNaN(seconds)) return time;
  const distance = Math.abs(seconds);
  if (distance < 1) return 'now';
  const [unit, size] = UNITS.find(([, size]) => distance >= size) ?? ['s', 1];
  const count = Math.floor(distance / size);
  const text = `${count} ${unit}${unit === 'day' && count > 1 ? 's' : ''}`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** `2026-11-25T13:40:02.000Z (3 min ago)` */
export const withAgo = (time: string, now: number): string => `${time} (${ago(time, now)})`;

/** A duration: `3:07`; an hour and more in minutes as well. */
export const minutes = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
