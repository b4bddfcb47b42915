import type { DeadLetter } from '../../protocol.ts';
import { href } from '../location.ts';
import { description, mayChange, operate } from '../server.ts';
import { Json } from '../ui/json.tsx';
import { Action, Copy, Problem, useLoaded } from '../ui/parts.tsx';

interface WholeProps {
  letter: DeadLetter;
  /** Redrives those of one stream; absent where it has none, or something is being redriven. */
  redrive?: (stream: string) => Promise<void>;
}

/** A dead letter with its body, attributes and history. */
export function Whole({ letter, redrive }: WholeProps) {
  const { consumer, messageId } = letter;
  const { value, error } = useLoaded(messageId, () =>
    operate<{ message?: DeadLetter & { body?: string; attributes: Record<string, string> } }>(
      'dead-letters',
      {
        consumer,
        message: messageId,
      },
    ),
  );
  if (error) return <Problem error={error} />;
  if (!value) return <p class="quiet summary">Reading …</p>;
  const { message } = value;
  if (!message) return <p class="quiet summary">It is not there any more, or in flight at this moment.</p>;
  const body = parsedBody(message.body);
  const knows = description.value.eventTypes.some(({ name }) => name === letter.eventType);
  return (
    <div class="whole">
      <dl>
        {(
          [
            ['message', messageId],
            ['receives', message.receiveCount],
            ['first failure', message.firstFailureAt],
            ['last failure', message.lastFailureAt],
            ['sent', message.sentAt],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? 'not known'}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons start">
        {redrive && (
          <Action run={() => redrive(letter.streamId ?? '')} disabled={!mayChange()}>
            Redrive this stream’s
          </Action>
        )}
        {letter.correlationId && (
          <a class="button" href={href('flow', { follow: letter.correlationId })}>
            Follow it
          </a>
        )}
        {letter.streamId && (
          <a class="button" href={href('streams', { stream: letter.streamId })}>
            Its stream
          </a>
        )}
        {knows && isObject(dataOf(body)) && (
          <a
            class="button"
            href={href('send', {
              event: letter.eventType ?? '',
              ...(letter.streamId && { id: letter.streamId.replace(/^[a-z]+-/, '') }),
              body: JSON.stringify(dataOf(body)),
            })}
          >
            Edit and send as a new event
          </a>
        )}
      </div>
      <details>
        <summary>Attributes</summary>
        <Json value={message.attributes} />
      </details>
      <details open>
        <summary>Body {message.body && <Copy text={message.body} />}</summary>
        {message.body === undefined ? (
          <p class="quiet summary">Payloads are not shown here.</p>
        ) : (
          <Json value={body} />
        )}
      </details>
    </div>
  );
}

function parsedBody(body: string | undefined): unknown {
  try {
    return body === undefined ? undefined : JSON.parse(body);
  } catch {
    return body;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const dataOf = (body: unknown): unknown => (body as { data?: unknown } | undefined)?.data;
