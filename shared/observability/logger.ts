import { Logger } from '@aws-lambda-powertools/logger';

/** JSON lines with service and level; no line holds a name, an email or an address. */
export const createLogger = (settings: Readonly<Record<string, string | undefined>>): Logger =>
  new Logger({
    serviceName: settings.CONSUMER ?? settings.AWS_LAMBDA_FUNCTION_NAME ?? 'orderstream',
    persistentKeys: {},
  });
