import type { Serverless } from './serverless.ts';
import type { Template } from './stack/template.ts';

/** Steps of `package` that build, zip or write files. None is needed for the template, and two runs would clash in them. */
const steps = [
  'package:cleanup',
  'before:package:createDeploymentArtifacts',
  'package:createDeploymentArtifacts',
  'after:package:createDeploymentArtifacts',
  'aws:package:finalize:saveServiceState',
];

/** With the variable TEMPLATE_ONLY, `sls package --package <folder>` leaves this file there, in 2 s, and nothing else. */
export const templateFile = 'cloudformation-template-update-stack.json';

/** The CloudFormation template that `sls deploy` would send, without building the functions. */
export async function compileTemplate(serverless: Serverless): Promise<Template> {
  const restore = skipBuilding(serverless);
  try {
    await serverless.pluginManager.spawn('package');
  } finally {
    restore();
  }
  return serverless.service.provider.compiledCloudFormationTemplate as Template;
}

/** Takes those steps out of `package`; the answer puts them back. */
export function skipBuilding({ service, pluginManager: { hooks } }: Serverless): () => void {
  for (const name of service.getAllFunctions()) {
    const definition = service.getFunction(name);
    definition.package ??= {};
  }
  const kept = steps.map((step) => [step, hooks[step]] as const);
  for (const step of steps) delete hooks[step];
  return () => {
    for (const [step, hook] of kept) if (hook) hooks[step] = hook;
  };
}
