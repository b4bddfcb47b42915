import { describe, expect, test } from '@jest/globals';
import { readStackName } from '#resources/stack/stack-name.ts';
import { compile, compiledTemplate } from '#tests/support/compiled-template.ts';
import { givenNames } from '#tests/support/given-names.ts';
import { variables } from '#tests/support/variables.ts';

describe('The name of a stage', () => {
  const named = (stage: string) =>
    readStackName(variables({ 'self:service': 'orderstream', 'sls:stage': stage }));

  test.each(['dev', 'staging', 'prod', 'pr42', 'rehearsal', 'abcdefghijklmnopqrst'])(
    'may be %s',
    async (stage) => {
      expect(await named(stage)).toBe(`orderstream-${stage}`);
    },
  );

  test.each([
    ['Dev', 'must be lower-case letters and digits'],
    ['dev-eu', 'must be lower-case letters and digits'],
    ['1st', 'must be lower-case letters and digits'],
    ['dev_1', 'must be lower-case letters and digits'],
    ['', 'must be lower-case letters and digits'],
    ['myaws', 'must not contain aws'],
    ['abcdefghijklmnopqrstu', 'is too long'],
  ])('must not be %j', async (stage, why) => {
    await expect(named(stage)).rejects.toThrow(`The stage "${stage}" ${why}`);
  });

  test('at its longest leaves room for the longest name of each kind', async () => {
    const longest: Record<string, number> = {
      'AWS::Lambda::Function': 64,
      'AWS::IAM::Role': 64,
      'AWS::SQS::Queue': 80,
      'AWS::Cognito::UserPoolDomain': 63,
      'AWS::Backup::BackupVault': 50,
    };
    const template = await compiledTemplate();
    const grown = 'abcdefghijklmnopqrst'.length - 'dev'.length;
    const tooLong = givenNames(template).filter(
      ({ type, name }) => name.length + grown > (longest[type] ?? 255),
    );
    expect(tooLong).toEqual([]);
  });

  test('is refused by the framework, without a stack trace', async () => {
    const failure = await compile('Dev').catch(({ message }: Error) => message);
    expect(failure).toContain('The stage "Dev" must be lower-case letters and digits');
    expect(failure).not.toMatch(/^ +at /m);
  }, 30_000);
});
