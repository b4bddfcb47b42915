import type { HttpEvent } from '#kit/http/request.ts';
import type { HttpResult } from '#kit/http/response.ts';
import { httpEvent, parsed, type Sent } from './http-event.ts';
import { checkAnswer } from './openapi.ts';

/** Calls a Lambda handler as API Gateway does. Throws where an operation's response is outside the contract. */
export async function send(
  handler: (event: HttpEvent) => Promise<HttpResult>,
  { operation, ...sent }: SentToOperation = {},
) {
  const result = await handler(httpEvent(sent));
  if (operation) checkAnswer(operation, result);
  return parsed(result);
}

interface SentToOperation extends Sent {
  /** Which operation of the contract this is: its response is held to it. */
  operation?: string;
}
