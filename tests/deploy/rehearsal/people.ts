import { randomBytes } from 'node:crypto';
import type { Emulator } from './emulator.ts';

/** Somebody in the stack's user pool. */
export interface Person {
  /** The token's `sub`: their customer id. */
  sub: string;
  /** An access token. It lasts for a quarter of an hour. */
  token: string;
  /** Signs in once more, for another token. */
  signInAgain(): Promise<void>;
}

/** As an administrator does it: adds them to the pool and to the groups that give them rights, and signs them in. */
export async function signIn(
  { call, calls }: Emulator,
  { UserPoolId, PeopleClientId }: Record<string, string>,
  { email, groups = [] }: { email: string; groups?: readonly string[] },
): Promise<Person> {
  const user = { UserPoolId, Username: email };
  const Password = `Aa1${randomBytes(12).toString('hex')}`;
  const { User } = await call('cognito-idp', 'admin_create_user', {
    ...user,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ],
  });
  await calls([
    ['cognito-idp', 'admin_set_user_password', { ...user, Password, Permanent: true }],
    ...groups.map((GroupName) => ['cognito-idp', 'admin_add_user_to_group', { ...user, GroupName }] as const),
  ]);
  const newToken = async (): Promise<string> => {
    const { AuthenticationResult } = await call('cognito-idp', 'admin_initiate_auth', {
      UserPoolId,
      ClientId: PeopleClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: Password },
    });
    return AuthenticationResult.AccessToken;
  };
  const { Value: sub } = User.Attributes.find(({ Name }: { Name: string }) => Name === 'sub');
  const person: Person = {
    sub,
    token: await newToken(),
    async signInAgain() {
      person.token = await newToken();
    },
  };
  return person;
}

/** The token of a client that is no person, from the user pool's token endpoint. */
export async function machineToken(
  { call, url }: Emulator,
  outputs: Record<string, string>,
  clientIdOutput: 'PaymentsClientId' | 'WarehouseClientId',
): Promise<{ token: string }> {
  const client = { UserPoolId: outputs.UserPoolId, ClientId: outputs[clientIdOutput] };
  const { UserPoolClient } = await call('cognito-idp', 'describe_user_pool_client', client);
  const response = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: UserPoolClient.ClientId,
      client_secret: UserPoolClient.ClientSecret,
    }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (!body.access_token) throw new Error(`no token for ${clientIdOutput}: ${JSON.stringify(body)}`);
  return { token: body.access_token };
}
