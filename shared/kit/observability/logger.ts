import { Logger } from '@aws-lambda-powertools/logger';
import { type Redact, withoutPersonalData } from './redaction.ts';

/**
 * JSON lines: level, time, service, function, consumer (where it is one), X-Ray trace id; lines about an event have
 * an EventLine besides. No line holds a name, an email or an address: see `withoutPersonalData`. The service is `name` where the setting SERVICE says nothing.
 */
export const createLogger = (
  name: string,
  settings: Readonly<Record<string, string | undefined>>,
  redact: Redact,
): Logger =>
  new Logger({
    serviceName: settings.SERVICE ?? name,
    jsonReplacerFn: withoutPersonalData(redact),
    persistentKeys: {
      ...(settings.AWS_LAMBDA_FUNCTION_NAME && { function: settings.AWS_LAMBDA_FUNCTION_NAME }),
      ...(settings.CONSUMER && { consumer: settings.CONSUMER }),
    },
  });
