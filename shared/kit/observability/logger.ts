import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { type Redact, withoutPersonalData } from './redaction.ts';

/**
 * JSON lines: level, message, time, function, consumer (where it is one), X-Ray trace id (where there is one); lines about an event have
 * a LogContext besides. No line holds a name, an email or an address: see `withoutPersonalData`. The service is `name` where the setting SERVICE says nothing.
 */
export const createLogger = (
  name: string,
  settings: Readonly<Record<string, string | undefined>>,
  redact: Redact,
): Logger =>
  new Logger({
    serviceName: settings.SERVICE ?? name,
    logFormatter: new LeanFormatter(),
    jsonReplacerFn: withoutPersonalData(redact),
    persistentKeys: {
      ...(settings.AWS_LAMBDA_FUNCTION_NAME && { function: settings.AWS_LAMBDA_FUNCTION_NAME }),
      ...(settings.CONSUMER && { consumer: settings.CONSUMER }),
    },
  });

/** Without what the log group says of every line in it: the service, the sampling rate. Each byte of a log is billed. */
class LeanFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, xRayTraceId }: UnformattedAttributes,
    more: LogAttributes,
  ): LogItem {
    return new LogItem({
      attributes: {
        level: logLevel,
        message,
        timestamp: this.formatTimestamp(timestamp),
        xray_trace_id: xRayTraceId,
      },
    }).addAttributes(more);
  }
}
