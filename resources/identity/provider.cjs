// Who issues the tokens: an OIDC issuer that is there already, where JWT_ISSUER names it, else a user pool of the stage's own.
module.exports.kind = () => (process.env.JWT_ISSUER ? 'oidc' : 'cognito');
