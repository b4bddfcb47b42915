// Who sent a command, where it was no bearer of a token. These names stand in the metadata of events: never rename one.

/** A person at the command line, by way of an operation. */
export const OPERATOR = 'operator';

/** A request to a route that takes no token. */
export const ANONYMOUS = 'anonymous';

export const consumerIdentity = (consumer: string): string => `consumer:${consumer}`;

/** True for what no token may be called (`sub`): the audit trail would show a stranger as one of ours. */
export const isInternalIdentity = (userId: string): boolean =>
  /^(operator$|anonymous$|consumer:)/i.test(userId.trim());
