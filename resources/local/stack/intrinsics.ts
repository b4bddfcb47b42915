import { accountId, type Template } from './template.ts';

/** What stands for a resource: `Ref` gives `ref`, `Fn::GetAtt` one of `attributes`. */
export interface PhysicalResource {
  ref: string;
  attributes: Record<string, string>;
}

export interface ResolverOptions {
  template: Template;
  region: string;
  stackName: string;
  /** Values of template parameters, over their defaults. */
  parameters?: Record<string, string>;
  physical: (logicalId: string) => PhysicalResource;
}

export interface Resolver {
  /** The value with every intrinsic function in it replaced. Throws an Error that names what it cannot resolve. */
  resolve<T = unknown>(value: unknown): T;
  /** Whether the condition of that name holds; an absent name always does. */
  holds(condition: string | undefined): boolean;
}

/** Stands for `AWS::NoValue`: the property is as if it were not there. */
const noValue = Symbol('AWS::NoValue');

/**
 * Resolves CloudFormation's intrinsic functions: Ref, GetAtt, Sub, Join, Select, Split, If, FindInMap, Base64,
 * GetAZs, and the conditions Equals, And, Or, Not, Condition.
 */
export function createResolver(options: ResolverOptions): Resolver {
  const { template, region, stackName, physical } = options;
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };

  const functions: Record<string, (argument: unknown) => unknown> = {
    Ref: (name) => ref(String(name)),
    'Fn::GetAtt': (argument) => {
      const [id, ...path] = Array.isArray(argument) ? argument : String(argument).split('.');
      return attribute(String(id), path.map((part) => value(part)).join('.'));
    },
    'Fn::Sub': (argument) => {
      const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
      return substitute(String(text), value(variables) as Record<string, unknown>);
    },
    'Fn::Join': (argument) => {
      const [separator, parts] = value(argument) as [string, unknown[]];
      return parts.join(separator);
    },
    'Fn::Select': (argument) => {
      const [index, list] = value(argument) as [number | string, unknown[]];
      return list[Number(index)];
    },
    'Fn::Split': (argument) => {
      const [separator, text] = value(argument) as [string, string];
      return text.split(separator);
    },
    'Fn::If': (argument) => {
      const [name, then, otherwise] = argument as [string, unknown, unknown];
      return value(holds(name) ? then : otherwise);
    },
    'Fn::FindInMap': (argument) => {
      const [map, first, second] = value(argument) as [string, string, string];
      const found = template.Mappings?.[map]?.[first]?.[second];
      if (found === undefined) throw new Error(`The template has no mapping ${map}.${first}.${second}`);
      return value(found);
    },
    'Fn::Base64': (argument) => Buffer.from(String(value(argument))).toString('base64'),
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    'Fn::Equals': (argument) => {
      const [left, right] = value(argument) as unknown[];
      return String(left) === String(right);
    },
    'Fn::And': (argument) => (argument as unknown[]).every((one) => value(one) === true),
    'Fn::Or': (argument) => (argument as unknown[]).some((one) => value(one) === true),
    'Fn::Not': (argument) => value((argument as unknown[])[0]) !== true,
  };

  function ref(name: string): unknown {
    if (name in pseudo) return pseudo[name];
    const parameter = template.Parameters?.[name];
    if (parameter) {
      const given = options.parameters?.[name] ?? parameter.Default;
      if (given === undefined) throw new Error(`The template's parameter ${name} has no value`);
      return parameter.Type?.startsWith('List') || parameter.Type === 'CommaDelimitedList'
        ? String(given).split(',')
        : given;
    }
    return physical(name).ref;
  }

  function attribute(id: string, name: string): string {
    const found = physical(id).attributes[name];
    if (found === undefined) throw new Error(`${id} has no attribute ${name} in the local run`);
    return found;
  }

  function substitute(text: string, variables: Record<string, unknown>): string {
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in variables) return String(variables[name]);
      const dot = name.indexOf('.');
      return String(dot < 0 ? ref(name) : attribute(name.slice(0, dot), name.slice(dot + 1)));
    });
  }

  function holds(name: string | undefined): boolean {
    if (name === undefined) return true;
    const condition = template.Conditions?.[name];
    if (condition === undefined) throw new Error(`The template has no condition ${name}`);
    return value(condition) === true;
  }

  function value(input: unknown): unknown {
    if (Array.isArray(input)) return input.map(value).filter((one) => one !== noValue);
    if (typeof input !== 'object' || input === null) return input;
    const entries = Object.entries(input);
    const [first] = entries;
    if (entries.length === 1 && first) {
      const [name, argument] = first;
      if (
        name === 'Condition' &&
        typeof argument === 'string' &&
        template.Conditions?.[argument] !== undefined
      ) {
        return holds(argument);
      }
      const apply = functions[name];
      if (apply) return apply(argument);
      if (name.startsWith('Fn::')) throw new Error(`The local run does not know ${name}`);
    }
    return Object.fromEntries(
      entries.map(([name, one]) => [name, value(one)] as const).filter(([, one]) => one !== noValue),
    );
  }

  return { resolve: <T>(input: unknown) => value(input) as T, holds };
}
