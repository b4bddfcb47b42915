import { expect, test } from '@jest/globals';
import { keyInFirstGeneration, partitionInGeneration } from '#kit/projections/keys.ts';
import { REBUILD_STEP } from '#kit/projections/rebuild/step.ts';
import { randomOf } from '#tests/properties/simulator/random.ts';
import { counterLife, counterStream } from '#tests/support/counter/streams.ts';
import { benchOpener, type Interfere, type Message, type Process } from './bench.ts';

const open = benchOpener();

const AT = '2026-11-20T10:00:00.000Z';
const STREAMS = 24;
/** Of a consumer, ms: see resources/consumers/functions.ts. */
const TIMEOUT_MS = 20_000;

/** A Lambda process, which goes by what it has read for five seconds and handles one batch at a time. */
interface Worker {
  process: Process;
  /** What the present invocation has to suffer. */
  suffers: Interfere;
  busyUntil?: { deadline: number; release(): void; ended: Promise<unknown> };
}

/**
 * Events and steps are delivered late, twice and out of order, to processes that may not have heard of the new
 * generation; invocations are killed at any call, or held up at their write until Lambda would end them.
 */
async function race(seed: number, { propagationSeconds = 30, isOnlyFilled = false } = {}) {
  const bench = await open({ tickMs: 5, propagationSeconds });
  const { next: random, hits, pick, between } = randomOf(seed, 'race');
  const upTo = (ms: number) => between(0, ms);
  const lives = Array.from({ length: STREAMS }, (_, index) => counterStream(`c${index}`, AT));
  const calm: Interfere = (_, pass) => pass();
  const workers = Array.from({ length: 4 }, () => {
    const worker: Worker = {
      suffers: calm,
      process: bench.process((name, pass, input) => worker.suffers(name, pass, input)),
    };
    return worker;
  });

  async function append(): Promise<void> {
    const event = pick(lives).shift();
    if (!event) return;
    await bench.data.store([event]);
    const message = (): Message => ({
      body: JSON.stringify(event),
      receives: 0,
      visibleAt: bench.now() + upTo(hits(0.2) ? 60_000 : 500),
    });
    bench.queue.push(message());
    if (hits(0.1)) bench.queue.push(message());
  }

  /** Ends whoever would be ended by `until`. */
  async function endHeldUp(until: number): Promise<void> {
    for (const worker of workers) {
      const { busyUntil } = worker;
      if (!busyUntil || busyUntil.deadline > until) continue;
      busyUntil.release();
      await busyUntil.ended;
    }
  }

  async function deliver(): Promise<void> {
    const visible = bench.queue.filter(({ visibleAt }) => visibleAt <= bench.now());
    // Steps are quick: what they miss is to be seen before other events make it good.
    const steps = visible.filter(({ type }) => type === REBUILD_STEP);
    const idle = workers.filter(({ busyUntil }) => !busyUntil);
    if (visible.length === 0 || idle.length === 0) return;
    const message = pick(hits(0.3) && steps.length > 0 ? steps : visible);
    const worker = pick(idle);
    const fate = random();
    if (fate < 0.05) return holdUp(worker, message);
    worker.suffers = fate < 0.2 ? killedAt(between(1, 8), hits(0.5)) : calm;
    await bench.deliver(message, worker.process).catch(() => undefined);
    worker.suffers = calm;
    if (hits(0.1)) bench.queue.push({ ...message, receives: 0, visibleAt: bench.now() });
  }

  function killedAt(at: number, hasEffect: boolean): Interfere {
    let calls = 0;
    return async (_, pass) => {
      calls++;
      if (calls === at && hasEffect) await pass();
      if (calls >= at) throw new Error('killed');
      return pass();
    };
  }

  async function holdUp(worker: Worker, message: Message): Promise<void> {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let atWrite = () => {};
    const reached = new Promise<void>((resolve) => {
      atWrite = resolve;
    });
    worker.suffers = async (name, pass) => {
      if (name === 'PutCommand') {
        atWrite();
        await held;
      }
      return pass();
    };
    const deadline = bench.now() + upTo(hits(0.8) ? 3_000 : TIMEOUT_MS);
    const ended = bench.deliver(message, worker.process).then(
      () => undefined,
      () => undefined,
    );
    const done = ended.then(() => {
      worker.suffers = calm;
      delete worker.busyUntil;
    });
    worker.busyUntil = { deadline, release, ended: done };
    await Promise.race([reached, done]);
  }

  async function versions(generation: number): Promise<Map<string, number>> {
    const items = (await bench.items(partitionInGeneration(generation, 'COUNTER#'))).map((item) =>
      keyInFirstGeneration(item as never),
    ) as { counterId: string; version: number }[];
    return new Map(items.map(({ counterId, version }) => [counterId, version]));
  }

  let phase: string | undefined;
  let holes: string[] = [];
  for (let move = 0; move < 6_000 && phase !== 'ready'; move++) {
    const chance = random();
    if (chance < 0.2) await append();
    else if (chance < 0.85) await deliver();
    else if (chance < 0.97) {
      const next = bench.now() + upTo(800);
      await endHeldUp(next);
      bench.advance(Math.max(0, next - bench.now()));
    } else if (phase === undefined && move > 60) {
      await bench.rebuild('start', { segments: 2 });
      phase = 'filling';
    } else if (phase) {
      const now = (await bench.rebuild('advance')).other?.phase;
      if (now === 'comparing' && phase === 'filling') {
        // Whatever has reached the one has reached the other, or its message is still there: nothing was compared yet.
        await endHeldUp(Number.POSITIVE_INFINITY);
        const next = await versions(2);
        const live = await versions(1);
        const isComing = (id: string, reached: number) =>
          bench.queue.some(({ body }) => {
            const { aggregateId, version } = JSON.parse(body);
            return aggregateId === id && version > reached;
          });
        holes = [...live].flatMap(([id, version]) => {
          const reached = next.get(id) ?? 0;
          return reached < version && !isComing(id, reached) ? [id] : [];
        });
        if (isOnlyFilled) return { holes };
      }
      phase = now;
    }
  }
  await endHeldUp(Number.POSITIVE_INFINITY);
  while (lives.some(({ length }) => length > 0)) await append();
  bench.advance(200_000);
  await bench.reach('ready');
  await bench.rebuild('switch');
  await bench.drain();
  return { holes, live: await versions(2), kept: await versions(1), dead: bench.dead.length };
}

const firstSeed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
console.info(`SEED=${firstSeed}`);

test('However events, steps and processes race, both generations end with every event, and filling leaves no hole', async () => {
  for (let seed = firstSeed; seed < firstSeed + 2; seed++) {
    const all = new Map(Array.from({ length: STREAMS }, (_, index) => [`c${index}`, counterLife().length]));
    expect({ seed, ...(await race(seed)) }).toEqual({ seed, holes: [], live: all, kept: all, dead: 0 });
  }
}, 60_000);

test('Filling that does not wait for the writers is caught by these races', async () => {
  const caught: string[] = [];
  for (let seed = 1; seed <= 20 && caught.length === 0; seed++) {
    caught.push(...(await race(seed, { propagationSeconds: 0, isOnlyFilled: true })).holes);
  }
  expect(caught).not.toEqual([]);
}, 60_000);
