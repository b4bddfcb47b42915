import type { Break, Changes, Direction, Note } from './change.ts';
import type { Contract } from './contract.ts';
import { goneProperties } from './gone-properties.ts';
import { alternativesOf, at, propertiesOf, resolveSchema, type Schema } from './json-schema.ts';
import { type Unreadable, unreadable } from './unreadable.ts';

interface Operation {
  operationId: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

type Content = Record<string, { schema?: Schema }>;

interface Response {
  headers?: Record<string, { required?: boolean }>;
  content?: Content;
}

/** What a rule and a problem type are called. Clients know them by these names. */
interface Names {
  rules: Set<string>;
  problemTypes: Set<string>;
}

/**
 * Every way in which a client of the earlier API cannot use today's: what it sends is refused or means something else, or it
 * cannot read an answer. Answers may gain properties and errors; they may gain neither statuses of success nor values.
 */
export function apiChanges(before: Contract, today: Contract): Changes {
  const breaks: Break[] = [];
  const notes: Note[] = [];
  for (const [route, old] of operationsIn(before)) {
    const operation = operationsIn(today).get(route);
    if (!operation) {
      const hurts = [`clients of ${route} (${old.operationId})`];
      breaks.push({ at: route, kind: 'api', direction: 'backward', why: 'is gone', hurts });
      continue;
    }
    const changes = operationChanges(before, today, route, old, operation);
    breaks.push(...changes.breaks);
    notes.push(...changes.notes);
  }
  return { breaks: [...breaks, ...nameBreaks(namesIn(before), namesIn(today))], notes };
}

function operationsIn({ openApi }: Contract): Map<string, Operation> {
  return new Map(
    Object.entries(openApi.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    ),
  );
}

function operationChanges(
  before: Contract,
  today: Contract,
  route: string,
  old: Operation,
  operation: Operation,
): Changes {
  const breaks: Break[] = [];
  const notes: Note[] = [];
  const hurts = [`clients of ${route} (${operation.operationId})`];
  const add = (direction: Direction, where: string, found: readonly Unreadable[]) => {
    for (const { path, why } of found) {
      breaks.push({ at: placeOf(route, where, path), kind: 'api', direction, why, hurts });
    }
  };
  const was = (schema: Schema | undefined) => ({ schema: schema ?? true, document: before.openApi });
  const is = (schema: Schema | undefined) => ({ schema: schema ?? true, document: today.openApi });
  const goneIn = (one: Schema | undefined, other: Schema | undefined, why: string) =>
    goneProperties(was(one), is(other)).map((path) => ({ path, why }));

  // What clients send.
  for (const scope of newScopes(old, operation))
    add('backward', 'token', [{ path: '', why: `needs the scope ${scope}` }]);
  const [oldParameters, parameters] = [parametersOf(before, old), parametersOf(today, operation)];
  for (const [place, parameter] of oldParameters) {
    const now = parameters.get(place);
    if (!now) add('backward', place, [{ path: '', why: 'is gone: what clients send there has no effect' }]);
    else {
      if (now.required && !parameter.required)
        add('backward', place, [{ path: '', why: 'needs it, but it may be missing' }]);
      add('backward', place, unreadable(is(now.schema), was(parameter.schema)));
    }
  }
  for (const [place, { required }] of parameters) {
    if (required && !oldParameters.has(place))
      add('backward', place, [{ path: '', why: 'is new, and needed' }]);
  }
  if (operation.requestBody?.required && !old.requestBody?.required) {
    add('backward', 'request', [{ path: '', why: 'needs a body, but none may come' }]);
  }
  for (const [mediaType, { schema }] of Object.entries(old.requestBody?.content ?? {})) {
    const now = operation.requestBody?.content[mediaType];
    if (!now) add('backward', 'request', [{ path: '', why: `takes no ${mediaType} any more` }]);
    else {
      const refused = unreadable(is(now.schema), was(schema));
      add('backward', 'request', refused);
      const paths = new Set(refused.map(({ path }) => path));
      const gone = goneIn(schema, now.schema, 'is gone: what clients send there has no effect');
      add(
        'backward',
        'request',
        gone.filter(({ path }) => !paths.has(path)),
      );
    }
  }

  // What clients get.
  for (const [status, response] of Object.entries(operation.responses)) {
    const isError = Number(status) >= 400;
    const known = old.responses[status];
    if (!known) {
      if (!isError)
        add('forward', status, [{ path: '', why: 'is a new status of success, which clients do not know' }]);
      continue;
    }
    const now = resolved<Response>(today, response);
    const then = resolved<Response>(before, known);
    for (const [name, header] of Object.entries(then.headers ?? {})) {
      const isPromised = resolved<{ required?: boolean }>(before, header).required;
      const still = now.headers?.[name];
      if (isPromised && !(still && resolved<{ required?: boolean }>(today, still).required)) {
        add('forward', `${status} header ${name}`, [
          { path: '', why: 'may be missing, but clients rely on it' },
        ]);
      }
    }
    for (const [mediaType, { schema }] of Object.entries(then.content ?? {})) {
      const body = now.content?.[mediaType];
      if (!body) {
        add('forward', status, [{ path: '', why: `is no ${mediaType} any more` }]);
        continue;
      }
      const [one, other] = [was(schema), is(body.schema)].map((given) =>
        isError ? withoutNames(given) : given,
      );
      if (!one || !other) continue;
      const found = [...goneIn(schema, body.schema, 'is gone'), ...unreadable(one, other)];
      const isGrown = growthIn(found);
      add(
        'forward',
        isError ? 'error' : status,
        found.filter(({ path, why }) => !isGrown(path, why)),
      );
      for (const text of grown(found.filter(({ path, why }) => isGrown(path, why)))) {
        notes.push({ at: `${route}: ${status}`, text });
      }
    }
  }
  return { breaks, notes };
}

/** What many operations share is named once: a schema by its name, the body of errors as `error`. */
function placeOf(route: string, where: string, path: string): string {
  if (path.startsWith('#')) return `schema ${path.slice(1)}`;
  const place =
    path === '' || path.startsWith('[') || path.startsWith('(') ? `${where}${path}` : `${where}.${path}`;
  return where === 'error' ? place : `${route}: ${place}`;
}

/**
 * Events are answered in today's version, and grow by types. So a client looks at `schemaVersion`, and passes over types that it
 * does not know: what is otherwise in an event of a raised version is a note.
 */
function growthIn(found: readonly Unreadable[]): (path: string, why: string) => boolean {
  const raised = found.flatMap(({ path }) =>
    path.endsWith('.schemaVersion') ? [path.replace(/schemaVersion$/, '')] : [],
  );
  return (path, why) => NEW_EVENT_TYPE.test(why) || raised.some((event) => path.startsWith(event));
}

const NEW_EVENT_TYPE = /^takes none of the kind that may come: .*eventType (\w+)/;

function grown(found: readonly Unreadable[]): string[] {
  const types = found.flatMap(({ why }) => NEW_EVENT_TYPE.exec(why)?.[1] ?? []);
  const raised = found
    .filter(({ path }) => path.endsWith('.schemaVersion'))
    .map(({ path }) => (/\((\w+)\)/.exec(path) ?? /#(\w+)/.exec(path))?.[1] ?? 'an event');
  const named = (names: string[]) => [...new Set(names)].join(', ');
  return [
    ...(types.length > 0 ? [`may hold ${named(types)}, which clients pass over`] : []),
    ...(raised.length > 0 ? [`holds a newer version of ${named(raised)}`] : []),
  ];
}

function parametersOf(contract: Contract, { parameters = [] }: Operation): Map<string, Parameter> {
  return new Map(
    parameters.map((given) => {
      const parameter = resolved<Parameter>(contract, given);
      return [`${parameter.in} ${parameter.name}`, parameter];
    }),
  );
}

/** Scopes that each way to be allowed asks for now and did not before. */
function newScopes(old: Operation, { security = [] }: Operation): string[] {
  const scopesOf = (all: Record<string, string[]>[]) =>
    new Set(all.flatMap((one) => Object.values(one).flat()));
  const known = scopesOf(old.security ?? []);
  const isNewlyClosed = security.length > 0 && (old.security ?? []).length === 0;
  const scopes = [...scopesOf(security)].filter((scope) => !known.has(scope));
  return isNewlyClosed && scopes.length === 0 ? ['of any token'] : scopes;
}

function nameBreaks(before: Names, today: Names): Break[] {
  const gone = (what: string, names: Set<string>, now: Set<string>) =>
    [...names]
      .filter((name) => !now.has(name))
      .map(
        (name): Break => ({
          at: `${what} ${name}`,
          kind: 'api',
          direction: 'forward',
          why: 'is gone, and clients know it by this name',
          hurts: ['clients that handle this error'],
          remedy: 'Keep the name. Where nothing breaks this rule any more, accept it.',
        }),
      );
  const rules = gone('rule', before.rules, today.rules);
  // The problem of a rule has its name.
  const isOfRule = ({ at: problem }: Break) => rules.some(({ at: rule }) => codeOf(problem) === codeOf(rule));
  return [
    ...rules,
    ...gone('problem', before.problemTypes, today.problemTypes).filter((one) => !isOfRule(one)),
  ];
}

/** `rule counter_closed` and `problem urn:…:counter-closed` → counter-closed */
const codeOf = (name: string): string => (name.split(/[ :]/).at(-1) ?? '').replaceAll('_', '-');

function namesIn(contract: Contract): Names {
  const names: Names = { rules: new Set(), problemTypes: new Set() };
  for (const { responses } of operationsIn(contract).values()) {
    for (const [status, given] of Object.entries(responses)) {
      const schema = resolved<Response>(contract, given).content?.['application/problem+json']?.schema;
      if (Number(status) < 400 || schema === undefined) continue;
      for (const one of alternativesOf(
        resolveSchema({ schema, document: contract.openApi }),
        contract.openApi,
      )) {
        const { rule, type } = propertiesOf(one);
        for (const name of listed(rule, contract)) names.rules.add(name);
        for (const name of listed(type, contract)) names.problemTypes.add(name);
      }
    }
  }
  return names;
}

function listed(schema: Schema | undefined, { openApi: document }: Contract): string[] {
  if (schema === undefined) return [];
  const { enum: values, const: value } = resolveSchema({ schema, document });
  return ((values as string[] | undefined) ?? (value === undefined ? [] : [value])) as string[];
}

/** An error whose names are compared by `nameBreaks`: an operation may come to break other rules than before. */
function withoutNames({ schema, document }: { schema: Schema; document: unknown }) {
  const { type, rule, ...properties } = propertiesOf(resolveSchema({ schema, document }));
  return { schema: { ...resolveSchema({ schema, document }), properties } as Schema, document };
}

function resolved<Value>({ openApi }: Contract, value: Value | { $ref: string }): Value {
  const { $ref } = value as { $ref?: string };
  return ($ref === undefined ? value : at(openApi, $ref)) as Value;
}
