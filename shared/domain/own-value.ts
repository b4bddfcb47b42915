/**
 * What a record holds under this key; undefined where it holds nothing. For keys that others have chosen: a plain
 * `record[key]` also finds `constructor` and the like, which every object inherits.
 */
export const ownValue = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined => (record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined);
