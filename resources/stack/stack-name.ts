import { InvalidConfiguration, type ResolveVariable } from '#resources/variables.ts';

/** A function's name has at most 64 characters. The longest suffix today (`-list-customs-declarations`) has 27. */
const LONGEST_PREFIX = 32;

/**
 * The name of the stack, with which every name in it begins: `<service>-<stage>`. Throws InvalidConfiguration for a stage with
 * which some names would be invalid.
 */
export async function readStackName(resolveVariable: ResolveVariable): Promise<string> {
  const service = String(await resolveVariable('self:service'));
  const stage = String(await resolveVariable('sls:stage'));
  const name = `${service}-${stage}`;
  // With hyphens, a queue `b-sales` of stage `a` and a queue `sales` of stage `a-b` would have the same name.
  if (!/^[a-z][a-z0-9]*$/.test(stage)) {
    throw refusal(
      stage,
      'must be lower-case letters and digits, a letter first, such as dev, staging, prod or pr42',
    );
  }
  if (['aws', 'amazon', 'cognito'].some((word) => stage.includes(word))) {
    throw refusal(stage, 'must not contain aws, amazon or cognito: Cognito takes no domain of such a name');
  }
  if (name.length > LONGEST_PREFIX) {
    throw refusal(stage, `is too long: ${name} begins every name, and may have ${LONGEST_PREFIX} characters`);
  }
  return name;
}

const refusal = (stage: string, why: string) => new InvalidConfiguration(`The stage "${stage}" ${why}.`);
