// The stack's name, once it is certain that every name in it can be made from it. Read by serverless.yml.

/** Of a function's 64 characters the longest (`-list-customs-declarations`) takes 27, and others may come. */
const LONGEST_PREFIX = 32;

module.exports.stackName = async ({ resolveVariable }) => {
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const name = `${service}-${stage}`;
  // No hyphens: a queue `b-sales` of stage `a` and a queue `sales` of stage `a-b` would have one name.
  if (!/^[a-z][a-z0-9]*$/.test(stage)) {
    refuse(
      stage,
      'must be lower-case letters and digits, a letter first, such as dev, staging, prod or pr42',
    );
  }
  if (/aws|amazon|cognito/.test(stage)) {
    refuse(stage, 'must not contain aws, amazon or cognito: Cognito takes no domain of such a name');
  }
  if (name.length > LONGEST_PREFIX) {
    refuse(stage, `is too long: ${name} begins every name, and may have ${LONGEST_PREFIX} characters`);
  }
  return name;
};

function refuse(stage, why) {
  const error = new Error(`The stage "${stage}" ${why}.`);
  // The framework prints the stack, which says nothing to who has mistyped a stage.
  error.stack = error.message;
  throw error;
}
