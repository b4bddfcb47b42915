import type { Logger } from '@aws-lambda-powertools/logger';
import { silentLogger } from './silent-logger.ts';

/** Writes nothing, and tells of each line with which a function says what it did: `handled`, `published`. */
export function countingLogger(tell: (message: string) => void): Logger {
  const logger = silentLogger();
  logger.info = (message) => tell(String(message));
  return logger;
}
