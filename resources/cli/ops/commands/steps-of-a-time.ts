import type { Clock, Values } from '#resources/cli/ops/command.ts';
import { count } from '#resources/cli/text.ts';
import { minutes } from '#resources/cli/times.ts';

/** How far an operation is that goes through a time. */
interface Total {
  sent: number;
  /** ISO: everything before it is done; and the end of the time. */
  reached: string;
  to: string;
}

/** What stands beside the bar: where to go on after a kill, how fast it is, and how long it still takes at that. */
export function paceOf(clock: Clock): (part: number, total: Total) => string {
  const startedAt = clock.now();
  return (part, { sent, reached }) => {
    const seconds = (clock.now() - startedAt) / 1_000;
    return [
      `${count(sent)} events to ${reached}`,
      ...(seconds > 0 ? [`${count(Math.round(sent / seconds))}/s`] : []),
      ...(seconds > 0 && part > 0 && part < 1 ? [`${minutes((1 / part - 1) * seconds)} left`] : []),
    ].join(', ');
  };
}

/** The same command for the rest of the time. */
export function withResumption(
  { message }: Error,
  command: string,
  values: Values,
  { reached, to }: Total,
): Error {
  const asked: Values = { ...values, from: reached, to };
  const flags = Object.entries(asked).flatMap(([flag, value]) =>
    value === undefined || value === false ? [] : [value === true ? `--${flag}` : `--${flag} ${value}`],
  );
  return new Error(
    [
      message,
      `Everything before ${reached} is sent. To go on, with the same --stage:`,
      `  npm run -s ops -- ${command} ${flags.join(' ')}`,
    ].join('\n'),
  );
}
