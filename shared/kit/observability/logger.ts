import { Logger } from '@aws-lambda-powertools/logger';
import { withoutPersonalData } from './redaction.ts';

/**
 * JSON lines: level, time, service, function, consumer (where it is one), X-Ray trace id; lines about an event have
 * an EventLine besides. No line holds a name, an email or an address: see `withoutPersonalData`.
 */
export const createLogger = (settings: Readonly<Record<string, string | undefined>>): Logger =>
  new Logger({
    serviceName: settings.SERVICE ?? 'orderstream',
    jsonReplacerFn: withoutPersonalData,
    persistentKeys: {
      ...(settings.AWS_LAMBDA_FUNCTION_NAME && { function: settings.AWS_LAMBDA_FUNCTION_NAME }),
      ...(settings.CONSUMER && { consumer: settings.CONSUMER }),
    },
  });
