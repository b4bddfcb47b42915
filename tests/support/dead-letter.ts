import type { DeadLetter } from '#kit/operations/dead-letter.ts';

/** A dead letter as an operation answers it. */
export const deadLetter = (messageId: string, more: Partial<DeadLetter> = {}): DeadLetter => ({
  messageId,
  consumer: 'sales',
  errorName: 'Error',
  errorMessage: 'no',
  fingerprint: 'f00',
  sentAt: '2026-11-23T23:57:00.000Z',
  streams: [],
  ...more,
});
