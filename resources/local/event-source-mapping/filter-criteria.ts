import { compilePattern } from './event-pattern.ts';

export interface FilterCriteria {
  /** Up to five patterns; a record is taken when one of them matches. */
  Filters?: { Pattern: string }[];
}

type Filter<R> = (record: R) => boolean;

/** Whether a stream record is taken. Attribute values are matched as they are marshalled: `{"N": ["5"]}`. */
export function streamFilter(criteria: FilterCriteria | undefined): Filter<object> {
  const patterns = compile(criteria);
  return (record) => patterns.length === 0 || patterns.some((matches) => matches(record));
}

/** Whether a message is taken. A body that is JSON is matched by its fields, any other as a string. */
export function messageFilter(criteria: FilterCriteria | undefined): Filter<{ body: string }> {
  const patterns = compile(criteria);
  return (record) => {
    if (patterns.length === 0) return true;
    const event = { ...record, body: parsed(record.body) };
    return patterns.some((matches) => matches(event));
  };
}

function compile(criteria: FilterCriteria | undefined) {
  return (criteria?.Filters ?? []).map(({ Pattern }) => compilePattern(Pattern));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
