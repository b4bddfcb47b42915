import type { Runtime } from '#kit/config/runtime.ts';

type Clients = Partial<Pick<Runtime, 'dynamo' | 'sqs'>>;
type Client = { send(command: object): Promise<unknown> };

/**
 * Runs `scenario` once for each call that it makes to DynamoDB, with a client that ends at that call, as a process
 * does that is killed: this call and all later ones fail. Before its effect, and then, in another round, after it:
 * done, but nobody heard. The scenario brings data of its own each time. Answers how many calls there were.
 */
export const killedAtEveryCall = (
  dynamo: Runtime['dynamo'],
  scenario: (killed: Runtime['dynamo']) => Promise<void>,
): Promise<number> => killedAtEveryCallOf({ dynamo }, (killed) => scenario(killed.dynamo));

/** As `killedAtEveryCall`, at the calls of several clients: they are counted together, and end together. */
export async function killedAtEveryCallOf<Given extends Clients>(
  clients: Given,
  scenario: (killed: Given) => Promise<void>,
): Promise<number> {
  let calls = 0;
  for (const effect of ['lost', 'done']) {
    for (let at = 1; ; at++) {
      let count = 0;
      const killed = (Object.entries(clients) as [string, Client][]).map(([name, client]) => {
        const send = async (command: object) => {
          count++;
          if (count === at && effect === 'done') await client.send(command);
          if (count >= at) throw new Error(`killed at call ${at}, its effect ${effect}`);
          return client.send(command);
        };
        return [name, { send }];
      });
      await scenario(Object.fromEntries(killed) as Given);
      if (count < at) break;
      calls = Math.max(calls, at);
    }
  }
  return calls;
}
