import { signal } from '@preact/signals';
import type { Description } from '../protocol.ts';

const token = document.querySelector<HTMLMetaElement>('meta[name=console-token]')?.content ?? '';

/** What the server says of the system that it shows. Set before anything is drawn. */
export const description = signal<Description>(undefined as unknown as Description);

/** The stage's name, once a person has typed it; kept for as long as the page is open. */
export const typedStage = signal('');

/** Whether this page may change something. */
export const mayChange = (): boolean =>
  description.value.isLocal || typedStage.value === description.value.stage;

/** Asks the console's server. Throws an Error with what it says. */
export async function read<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const text = new URLSearchParams(query).toString();
  return answerOf<T>(await fetch(`/console/api/${path}${text && `?${text}`}`));
}

/** Lets the console's server do something. Throws an Error with what it says. */
export async function write<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await fetch(`/console/api/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-console-token': token,
      ...(typedStage.value && { 'x-console-stage': typedStage.value }),
    },
    body: JSON.stringify(body),
  });
  return answerOf<T>(response);
}

/** Runs an operation; see functions/operations. */
export const operate = <T>(name: string, input: object): Promise<T> => write<T>('operation', { name, input });

/** What one step of an operation answers. */
export interface Step {
  /** Present where there is more to do. */
  continuationToken?: unknown;
}

/** Runs an operation that works in steps, until it answers no `continuationToken`; yields what each step answers. */
export async function* operateInSteps<T extends Step>(name: string, input: object): AsyncGenerator<T> {
  let continuationToken: unknown;
  do {
    const step = await operate<T>(name, {
      ...input,
      ...(continuationToken ? { continuationToken } : {}),
    });
    yield step;
    continuationToken = step.continuationToken;
  } while (continuationToken);
}

async function answerOf<T>(response: Response): Promise<T> {
  const body = await response.json();
  if (response.ok) return body as T;
  throw new Error((body as { message?: string } | null)?.message ?? `status ${response.status}`);
}
