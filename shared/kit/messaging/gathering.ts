/** One thing that somebody asks for, and whom to tell what became of it. */
export interface Ask<Request, Outcome> {
  readonly request: Request;
  settle(outcome: Outcome): void;
}

/**
 * Gathers what the reactions of one batch ask for until each of them waits or has ended, and hands it over together.
 * Reactions that ask again later are gathered again.
 */
export class Gathering<Request, Outcome> {
  readonly #handle: (asks: readonly Ask<Request, Outcome>[]) => void;
  #active = 0;
  #waiting = 0;
  #asks: Ask<Request, Outcome>[] = [];

  /** @param handle settles every one of them, in the end */
  constructor(handle: (asks: readonly Ask<Request, Outcome>[]) => void) {
    this.#handle = handle;
  }

  /** Runs a reaction, for which others wait until it asks or ends. */
  async during<Result>(reaction: () => Promise<Result>): Promise<Result> {
    this.#active++;
    try {
      return await reaction();
    } finally {
      this.#active--;
      this.#whenAllWait();
    }
  }

  /** Answers when all of these are settled. */
  async ask(requests: readonly Request[]): Promise<Outcome[]> {
    if (requests.length === 0) return [];
    const settled = requests.map(
      (request) => new Promise<Outcome>((settle) => this.#asks.push({ request, settle })),
    );
    this.#waiting++;
    this.#whenAllWait();
    return Promise.all(settled);
  }

  // A microtask later: the reactions of one batch begin one after the other.
  #whenAllWait(): void {
    queueMicrotask(() => {
      if (this.#waiting === 0 || this.#waiting < this.#active) return;
      const asks = this.#asks;
      this.#asks = [];
      this.#waiting = 0;
      this.#handle(asks);
    });
  }
}
