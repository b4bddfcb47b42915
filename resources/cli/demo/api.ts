import { setTimeout as pause } from 'node:timers/promises';
import { createToken } from '#resources/cli/jwt.ts';

/** A caller of the local API. Throws where the answer is not the one that was expected, with what it says. */
export class Caller {
  readonly #url: string;
  readonly #token: Promise<string>;
  readonly #correlationId: string;

  /** All that this caller sets off carries `correlationId`. */
  constructor(url: string, correlationId: string, sub: string, scope = '') {
    this.#url = url;
    this.#correlationId = correlationId;
    this.#token = createToken({ sub, ...(scope && { scope }) });
  }

  post<Body = Record<string, unknown>>(path: string, body: unknown, expected: number): Promise<Body> {
    return this.#send('POST', path, expected, body);
  }

  /** What a consumer has to open first: again while there is none (404), for at most ten seconds. */
  async eventually(path: string, body: unknown): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.post(path, body, 200);
        return;
      } catch (error) {
        if (attempt >= 40 || !(error as Error).message.includes(`${path}: 404`)) throw error;
        await pause(250);
      }
    }
  }

  put<Body = Record<string, unknown>>(path: string, body: unknown, expected: number): Promise<Body> {
    return this.#send('PUT', path, expected, body);
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Body> {
    return this.#send('GET', path, 200);
  }

  async #send<Body>(method: string, path: string, expected: number, body?: unknown): Promise<Body> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.#token}`,
        'content-type': 'application/json',
        'x-correlation-id': this.#correlationId,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Body;
  }
}
