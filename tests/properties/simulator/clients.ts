import type { Adversary } from './adversary.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A command as its client saw it. */
export interface Sent {
  function: string;
  /** In the metadata of its events. */
  correlationId: string;
  /** It has an Idempotency-Key: sent again until there is an answer. */
  keyed: boolean;
  /** Two attempts at once. */
  doubled: boolean;
  /** Every answer that arrived and was no 5xx. */
  answers: Answer[];
  /** Some attempt has no answer, or a 5xx: it may have had its effect or not. */
  unsure: boolean;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Command {
  user?: string;
  parameters?: Record<string, string>;
  body?: object;
  keyed?: boolean;
  ifMatch?: number;
}

const SCOPES = 'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide';

/** Sends commands as clients do: through HTTP, again where no answer came, sometimes twice at once. */
export class Clients {
  readonly sent: Sent[] = [];
  readonly #world: World;
  readonly #adversary: Adversary;
  readonly #random: Random;
  readonly #pace: number;
  readonly #running = new Set<Promise<unknown>>();

  /** @param pace how fast time passes for them; 1 = as it says */
  constructor(world: World, adversary: Adversary, pace: number) {
    this.#world = world;
    this.#adversary = adversary;
    this.#random = adversary.random('clients');
    this.#pace = pace;
  }

  pause(ms: number): Promise<void> {
    return this.#world.clock.sleep(ms * this.#pace);
  }

  /** The answer that counts for the client; undefined where it will never know. */
  async send(name: string, command: Command): Promise<Answer | undefined> {
    const number = this.sent.length;
    const { keyed = this.#random.hits(0.85) } = command;
    const sent: Sent = {
      function: name,
      correlationId: `c-${number}`,
      keyed,
      doubled: false,
      answers: [],
      unsure: false,
    };
    this.sent.push(sent);
    const attempt = () => this.#attempt(name, command, sent);
    sent.doubled = keyed && this.#adversary.at(`client/${number}`, 'command doubled', 0.06);
    await Promise.all([attempt(), ...(sent.doubled ? [attempt()] : [])]);
    for (let retry = 1; keyed && sent.answers.length === 0; retry++) {
      await this.pause(Math.min(60_000, 500 * 2 ** retry));
      await attempt();
    }
    return sent.answers.find(({ status }) => status < 300) ?? sent.answers[0];
  }

  /** Waits for the functions that their clients have given up on. */
  async allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #attempt(name: string, command: Command, sent: Sent): Promise<void> {
    const run = this.#world.functions
      .start(name, httpEvent(name, command, sent) as { Records?: unknown[] })
      .answer.then((result) => read(result as { statusCode: number; body: string }))
      .catch(() => undefined);
    this.#running.add(run);
    void run.then(() => this.#running.delete(run));
    const answer = await Promise.race([
      run,
      this.#world.clock.limit(this.#world.patienceMs).then(() => undefined),
    ]);
    if (answer && answer.status < 500) sent.answers.push(answer);
    else sent.unsure = true;
  }
}

const read = ({ statusCode, body }: { statusCode: number; body: string }): Answer => ({
  status: statusCode,
  body: JSON.parse(body) as Record<string, unknown>,
});

function httpEvent(name: string, command: Command, { correlationId, keyed }: Sent): object {
  const { user = 'clerk', parameters = {}, body = {}, ifMatch } = command;
  return {
    version: '2.0',
    routeKey: name,
    rawPath: `/${name}`,
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': correlationId,
      ...(keyed && { 'idempotency-key': `key-${correlationId}` }),
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
    requestContext: {
      requestId: `request-${correlationId}`,
      http: { method: 'POST', path: `/${name}` },
      authorizer: { jwt: { claims: { sub: user, scope: SCOPES } } },
    },
    pathParameters: parameters,
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
