/**
 * What fauxqs 2.4.1 does otherwise than AWS, patched at its own modules (they are not exported, hence the path).
 * Each patch has a test in tests/local/emulators.test.ts that fails without it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { shuffle } from '../shuffle.ts';

interface Message {
  messageId: string;
  approximateReceiveCount: number;
  approximateFirstReceiveTimestamp?: number;
}

interface Queue {
  name: string;
  messages: Message[];
  isFifo(): boolean;
  processTimers(): void;
  dequeue(...args: unknown[]): unknown;
}

interface Store {
  buildQueueUrl(name: string, port: string, requestHost: string, region: string): string;
}

interface Persistence {
  db: { prepare(sql: string): { run(...values: unknown[]): void } };
  updateMessageReady(messageId: string): void;
}

type ClassOf<T> = { prototype: T };

/** Patches the classes once; call it before `startFauxqs`. */
export async function patchFauxqs(): Promise<void> {
  const entry = import.meta.resolve('fauxqs');
  const { SqsQueue, SqsStore } = (await import(new URL('./sqs/sqsStore.js', entry).href)) as {
    SqsQueue: ClassOf<Queue>;
    SqsStore: ClassOf<Store>;
  };
  const { PersistenceManager } = (await import(new URL('./persistence.js', entry).href)) as {
    PersistenceManager: ClassOf<Persistence>;
  };
  const { INVALID_MESSAGE_BODY_CHAR } = (await import(new URL('./sqs/sqsTypes.js', entry).href)) as {
    INVALID_MESSAGE_BODY_CHAR: RegExp;
  };
  takeAllCharacters(INVALID_MESSAGE_BODY_CHAR);
  deliverInRandomOrder(SqsQueue.prototype);
  buildReachableUrls(SqsStore.prototype);
  keepReceiveCountOfReleasedMessages(PersistenceManager.prototype);
}

/**
 * SQS takes every character that XML 1.0 takes. fauxqs looks at halves of characters, and so refuses all those that have
 * two: emoji, and rarer Chinese.
 */
function takeAllCharacters(invalid: RegExp): void {
  const refused = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
  invalid.test = (text) => refused.test(text);
}

/** A standard queue promises no order; fauxqs would keep it, and hide consumers that rely on it. */
function deliverInRandomOrder(queue: Queue): void {
  const { dequeue } = queue;
  queue.dequeue = function (this: Queue, ...args: unknown[]): unknown {
    if (!this.isFifo()) {
      this.processTimers();
      shuffle(this.messages);
    }
    return dequeue.apply(this, args);
  };
}

/** `sqs.us-east-1.localhost` does not resolve on every machine. */
function buildReachableUrls(store: Store): void {
  store.buildQueueUrl = (name, port) => `http://127.0.0.1:${port}/000000000000/${name}`;
}

/** ChangeMessageVisibility(0) would set the stored receive count to NULL, which its own table forbids. */
function keepReceiveCountOfReleasedMessages(persistence: Persistence): void {
  persistence.updateMessageReady = function (this: Persistence, messageId: string): void {
    this.db
      .prepare(
        'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
      )
      .run(messageId);
  };
}

/**
 * Readies kept queues for a new run, before fauxqs loads them: their URLs are stored with the port of the run that
 * created them, and what that run had received and not deleted need not wait for a visibility timeout now. An empty
 * file counts as a new one.
 * @throws Error that names the file, where it is no database
 */
export function adoptKeptQueues(port: number, dataDir: string): void {
  const path = join(dataDir, 'fauxqs.db');
  if (!existsSync(path)) return;
  const database = new DatabaseSync(path);
  try {
    // A run that was killed while fauxqs created its tables leaves a file with some of them or none.
    const tables = database.prepare('SELECT name FROM sqlite_master').all();
    const has = (table: string) => tables.some(({ name }) => name === table);
    if (has('sqs_queues')) {
      database
        .prepare("UPDATE sqs_queues SET url = 'http://127.0.0.1:' || ? || '/000000000000/' || name")
        .run(String(port));
    }
    if (has('sqs_messages')) {
      database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
    }
  } catch (error) {
    throw new Error(
      `${path} cannot be read (${(error as Error).message}). Remove it to begin with no messages.`,
    );
  } finally {
    database.close();
  }
}
