import type { Runtime } from '#kit/config/runtime.ts';

/**
 * Runs `scenario` once for each call that it makes to DynamoDB, with a client that ends at that call, as a process
 * does that is killed: this call and all later ones fail. Before its effect, and then, in another round, after it:
 * done, but nobody heard. The scenario brings data of its own each time. Answers how many calls there were.
 */
export async function killedAtEveryCall(
  dynamo: Runtime['dynamo'],
  scenario: (killed: Runtime['dynamo']) => Promise<void>,
): Promise<number> {
  let calls = 0;
  for (const effect of ['lost', 'done']) {
    for (let at = 1; ; at++) {
      let count = 0;
      const send = async (command: object) => {
        count++;
        if (count === at && effect === 'done') await dynamo.send(command as never);
        if (count >= at) throw new Error(`killed at call ${at}, its effect ${effect}`);
        return dynamo.send(command as never);
      };
      await scenario({ send } as unknown as Runtime['dynamo']);
      if (count < at) break;
      calls = Math.max(calls, at);
    }
  }
  return calls;
}
