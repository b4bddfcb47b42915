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

/** The CloudFormation template that `sls deploy` would send, without building the functions. */
export async function compileTemplate(serverless: Serverless): Promise<Template> {
  const { service, pluginManager } = serverless;
  for (const name of service.getAllFunctions()) {
    const definition = service.getFunction(name);
    definition.package ??= {};
  }
  const { hooks } = pluginManager;
  const kept = steps.map((step) => [step, hooks[step]] as const);
  for (const step of steps) delete hooks[step];
  try {
    await pluginManager.spawn('package');
  } finally {
    for (const [step, hook] of kept) if (hook) hooks[step] = hook;
  }
  return service.provider.compiledCloudFormationTemplate as Template;
}
