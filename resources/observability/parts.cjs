// What there is to watch, from serverless.yml itself: whoever adds a function or a consumer adds nothing here.

const { consumersOf, logicalId } = require('../consumers.cjs');

/**
 * The parts of this deployment: its name; the consumers ({ name, isProjection, queue, deadLetters }) and functions
 * ({ name, kind, function, logGroup, consumer? }) with the logical ids under which the template has them. Kinds are the
 * folders of functions/.
 */
module.exports.partsOf = async (resolveVariable) => {
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const definitions = Object.assign({}, ...(await resolveVariable('self:functions')));
  const consumers = (await consumersOf(resolveVariable)).map(({ name, handler }) => ({
    name,
    isProjection: kindOf(handler) === 'projections',
    queue: `${logicalId(name)}Queue`,
    deadLetters: `${logicalId(name)}DeadLetters`,
  }));
  const functions = Object.entries(definitions).map(([name, { handler }]) => ({
    name,
    kind: kindOf(handler),
    function: `${frameworkId(name)}LambdaFunction`,
    logGroup: `${frameworkId(name)}LogGroup`,
    isConsumer: consumers.some((consumer) => consumer.name === name),
  }));
  return { service, stage, name: `${service}-${stage}`, consumers, functions };
};

const kindOf = (handler) => /^functions\/([^/]+)\//.exec(handler)?.[1];

/** As the framework makes logical ids: place-order → PlaceDashorder */
const frameworkId = (name) =>
  (name[0].toUpperCase() + name.slice(1)).replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
