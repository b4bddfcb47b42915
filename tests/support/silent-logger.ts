import { Logger } from '@aws-lambda-powertools/logger';

/** Writes nothing; a new one each time, so that a test may spy on its own. */
export const silentLogger = (): Logger => new Logger({ logLevel: 'SILENT' });
