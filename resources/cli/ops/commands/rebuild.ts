import type { RebuildStatus } from '#functions/operations/rebuild/rebuild.ts';
import type { Phase } from '#kit/projections/generations.ts';
import {
  type Clock,
  type Command,
  type Context,
  givenOf,
  type Outcome,
  type Values,
} from '#resources/cli/ops/command.ts';
import { count } from '#resources/cli/text.ts';
import { minutes } from '#resources/cli/times.ts';

const POLL_MS = 500;
/** Dead letters that were just redriven need a moment to be seen at work. */
const STUCK_AFTER_MS = 15_000;

const ACTIONS = ['status', 'rollback', 'drop', 'cancel'] as const;
type Action = (typeof ACTIONS)[number];

export const rebuild: Command = {
  usage: 'rebuild --projection x [--segments n] [--no-switch] | --status | --rollback | --drop | --cancel',
  options: {
    projection: { type: 'string' },
    segments: { type: 'string' },
    'no-switch': { type: 'boolean' },
    status: { type: 'boolean' },
    rollback: { type: 'boolean' },
    drop: { type: 'boolean' },
    cancel: { type: 'boolean' },
  },
  async run(values, context) {
    const { projection } = values;
    if (typeof projection !== 'string') throw new Error('--projection is needed');
    const action = actionOf(values);
    const call: Call = async (name, more = {}) =>
      (await context.invoke('rebuild', { projection, action: name, ...more })) as RebuildStatus;
    switch (action) {
      case undefined:
        return build(values, call, context);
      case 'status':
        return outcome(await call('status'));
      case 'rollback':
        return outcome(await call('rollback'));
      default:
        return remove(action, call, context);
    }
  },
};

type Call = (action: string, more?: object) => Promise<RebuildStatus>;

function actionOf(values: Values): Action | undefined {
  const [action, another] = ACTIONS.filter((one) => values[one]);
  const build = Object.keys(givenOf(values, 'segments', 'no-switch'))[0];
  const second = another ?? build;
  if (action && second) throw new Error(`--${action} and --${second} do not go together`);
  return action;
}

function segmentsOf(given: Values[string]): { segments?: number } {
  if (given === undefined) return {};
  const segments = /^\d{1,2}$/.test(String(given)) ? Number(given) : 0;
  if (segments < 1 || segments > 64) throw new Error(`--segments ${given}: say a number from 1 to 64`);
  return { segments };
}

/** Starts, or goes on with what is there already; in the end switches to it. */
async function build(values: Values, call: Call, context: Context): Promise<Outcome> {
  const segments = segmentsOf(values.segments);
  const before = await call('status');
  const resumes = before.other !== undefined && !['kept', 'dropping'].includes(before.other.phase);
  if (resumes && values.segments) {
    throw new Error(
      `A rebuild is under way (${phaseOf(before)}) and stays as it is divided: leave --segments out.`,
    );
  }
  const started = resumes ? before : await call('start', segments);
  const generation = started.other?.generation;

  const built = await follow(
    call,
    context,
    started,
    ({ other }) => other?.generation !== generation || ['ready', 'dropping'].includes(other?.phase ?? ''),
  );
  const { comparison, live } = built;
  const lines = resumes ? [`Went on with the rebuild that was under way (${phaseOf(before)}).`] : [];
  const isReady = built.other?.generation === generation && built.other?.phase === 'ready';
  const isGivenUp = !isReady && live !== generation && built.other?.phase !== started.other?.phase;
  if (isGivenUp) lines.push(`Somebody has given up generation ${generation}.`);
  if (!isReady || values['no-switch']) {
    const { ok, ...rest } = outcome(built, lines);
    return { ...rest, ok: ok && !isGivenUp };
  }
  const switched = await call('switch').catch(async (error) => {
    // Somebody else may have followed the same rebuild.
    const now = await call('status');
    if (now.live !== generation) throw error;
    return now;
  });
  return outcome({ ...switched, ...(comparison && { comparison }) }, lines);
}

/** Deletes the other generation, and waits until it is gone. */
async function remove(action: 'drop' | 'cancel', call: Call, context: Context): Promise<Outcome> {
  const before = await call('status');
  const started = before.other?.phase === 'dropping' ? before : await call(action);
  return outcome(await follow(call, context, started, ({ other }) => other === undefined));
}

/** Drives the work until `ended`, or until nothing moves and dead letters say why. */
async function follow(
  call: Call,
  { progress, clock }: Context,
  started: RebuildStatus,
  ended: (status: RebuildStatus) => boolean,
): Promise<RebuildStatus> {
  const pace = paceOf(clock);
  let status = started;
  let moved = { mark: '', at: clock.now() };
  while (!ended(status)) {
    const { work } = status;
    const mark = JSON.stringify([status.other, work?.done, work?.segments]);
    if (mark !== moved.mark) moved = { mark, at: clock.now() };
    if (work && work.failed.length > 0 && clock.now() - moved.at >= STUCK_AFTER_MS) return status;
    if (work) progress.show(work.part, pace(status, work));
    await clock.sleep(POLL_MS);
    status = await call('advance');
  }
  return status;
}

/** What stands beside the bar: how much is done, how fast, and how long it still takes at that. */
function paceOf(clock: Clock): (status: RebuildStatus, work: NonNullable<RebuildStatus['work']>) => string {
  let first: { phase: string; at: number; done: number; part: number } | undefined;
  return ({ other }, { part, done, waitsFor, failed, waiting }) => {
    const phase = other?.phase ?? '';
    if (waitsFor > 0) return `${phase} begins in ${waitsFor} s, when every process knows of it`;
    if (first?.phase !== phase) first = { phase, at: clock.now(), done, part };
    const seconds = (clock.now() - first.at) / 1_000;
    const gained = part - first.part;
    const what = `${phase}: ${count(done)} ${phase === 'dropping' ? 'items' : 'streams'}`;
    return [
      what,
      ...(seconds > 0 ? [`${count(Math.round((done - first.done) / seconds))}/s`] : []),
      ...(seconds > 0 && gained > 0 ? [`${minutes(((1 - part) / gained) * seconds)} left`] : []),
      ...(failed.length > 0 ? [`${failed.length} in the dead letters`] : []),
      ...(waiting > 0 ? [`${waiting} wait for newer code`] : []),
    ].join(', ');
  };
}

function outcome(status: RebuildStatus, lines: readonly string[] = []): Outcome {
  const failed = status.work?.failed ?? [];
  return {
    result: status,
    text: [...lines, ...textOf(status)].join('\n'),
    ok: failed.length === 0,
  };
}

function textOf(status: RebuildStatus): string[] {
  const { projection, live, liveSince, other, work, comparison } = status;
  const since = liveSince ? `, since ${liveSince}` : '';
  return [
    `${projection}: generation ${live} is live${since}${other ? `; ${phaseOf(status)}` : ''}.`,
    ...hintOf(status),
    ...(work
      ? [`${count(work.done)} done, ${work.segments.ended} of ${work.segments.of} segments at their end.`]
      : []),
    ...(comparison ? [comparisonOf(comparison)] : []),
    ...(work?.failed ?? []).map(
      ({ segment, error }) => `Segment ${segment} is in the dead letters: ${error}`,
    ),
    ...(work && work.failed.length > 0
      ? [`Mend it, then: npm run ops -- redrive --consumer ${projection}, and run this again.`]
      : []),
  ];
}

const PHASES: Partial<Record<Phase, string>> = {
  filling: 'being filled',
  comparing: 'being compared',
  dropping: 'being dropped',
};

const phaseOf = ({ other }: RebuildStatus): string =>
  other
    ? `generation ${other.generation} is ${PHASES[other.phase] ?? other.phase} since ${other.since}`
    : 'there is no other generation';

function hintOf({ other }: RebuildStatus): string[] {
  if (other?.phase === 'kept')
    return ['The kept one gets every event too: --rollback goes back to it, --drop deletes it.'];
  if (other?.phase === 'ready')
    return ['The new one gets every event too: run this again to switch to it, or --cancel it.'];
  return [];
}

function comparisonOf({
  streams,
  repaired,
  differing,
  examples,
}: NonNullable<RebuildStatus['comparison']>): string {
  const some =
    examples.length > 0 ? `: ${examples.join(', ')}${differing > examples.length ? ' …' : ''}` : '';
  return `Compared ${count(streams)} streams: ${count(repaired)} repaired, ${count(differing)} not as in the live one${some}.`;
}
