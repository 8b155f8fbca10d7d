// Plays the two client stories, the errors and the paginators against a running server, through the AWS SDK for
// JavaScript v3, and verifies tokens with aws-jwt-verify.
//
// Usage: sdk_v3_story.mjs ENDPOINT, with the installed packages in POOLHOUSE_TEST_NODE_MODULES.

import assert from "node:assert/strict";

import { admin, app, call, emailedCode, permanent, recent, refused, sdk, temporary, verifierOf } from "./server.mjs";

async function poolAndClient(name, more = {}) {
  const { UserPool: pool } = await call(admin, "CreateUserPool", { PoolName: name, ...more });
  recent(pool.CreationDate);
  const { UserPoolClient: client } = await call(admin, "CreateUserPoolClient", {
    UserPoolId: pool.Id,
    ClientName: "sdk-v3",
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  assert.equal(client.ClientSecret, undefined, "no secret was asked for");
  recent(client.CreationDate);
  return [pool.Id, client.ClientId];
}

const signIn = (ClientId, USERNAME, PASSWORD) =>
  call(app, "InitiateAuth", { ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME, PASSWORD } });

const refresh = (ClientId, REFRESH_TOKEN) =>
  call(app, "InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN } });

function tokensOf(answer, { withRefresh = true } = {}) {
  const tokens = answer.AuthenticationResult;
  const expected = ["AccessToken", "ExpiresIn", "IdToken", ...(withRefresh ? ["RefreshToken"] : []), "TokenType"];
  assert.deepEqual(Object.keys(tokens).sort(), expected);
  assert.equal(tokens.ExpiresIn, 3600);
  assert.equal(tokens.TokenType, "Bearer");
  assert.deepEqual(answer.ChallengeParameters, {});
  assert.equal(answer.ChallengeName, undefined);
  return tokens;
}

// Story (a): an administrator's temporary password is replaced at the first sign-in.
async function temporaryPassword() {
  const [UserPoolId, ClientId] = await poolAndClient("sdk v3 story a");
  const signedUp = await call(app, "SignUp", { ClientId, Username: "alice", Password: "Original1!" });
  assert.equal(signedUp.UserConfirmed, false);
  assert.equal(signedUp.CodeDeliveryDetails, undefined, "the pool verifies nothing");

  await call(admin, "AdminConfirmSignUp", { UserPoolId, Username: "alice" });
  const password = { UserPoolId, Username: "alice", Password: temporary, Permanent: false };
  await call(admin, "AdminSetUserPassword", password);
  const user = await call(admin, "AdminGetUser", { UserPoolId, Username: "alice" });
  assert.equal(user.UserStatus, "FORCE_CHANGE_PASSWORD");
  recent(user.UserCreateDate);
  recent(user.UserLastModifiedDate);

  const challenge = await signIn(ClientId, "alice", temporary);
  assert.equal(challenge.ChallengeName, "NEW_PASSWORD_REQUIRED");
  assert.equal(challenge.AuthenticationResult, undefined, "no tokens before the new password");
  assert.equal(challenge.ChallengeParameters.USER_ID_FOR_SRP, "alice");
  assert.deepEqual(JSON.parse(challenge.ChallengeParameters.requiredAttributes), []);
  const response = {
    ClientId,
    ChallengeName: "NEW_PASSWORD_REQUIRED",
    Session: challenge.Session,
    ChallengeResponses: { USERNAME: "alice", NEW_PASSWORD: permanent },
  };
  const tokens = tokensOf(await call(app, "RespondToAuthChallenge", response));
  await refused(
    call(app, "RespondToAuthChallenge", response),
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
  );

  const me = await call(app, "GetUser", { AccessToken: tokens.AccessToken });
  assert.equal(me.Username, "alice");
  assert.deepEqual(me.UserAttributes, [{ Name: "sub", Value: signedUp.UserSub }]);
}

// Story (b): sign-up with an e-mail, confirmation, sign-in, a verified token, refresh, sign-out everywhere.
async function selfService() {
  const [UserPoolId, ClientId] = await poolAndClient("sdk v3 story b", { AutoVerifiedAttributes: ["email"] });
  const address = "javascript@example.com";
  const signUp = {
    ClientId,
    Username: "alice",
    Password: permanent,
    UserAttributes: [{ Name: "email", Value: address }],
  };
  const signedUp = await call(app, "SignUp", signUp);
  assert.equal(signedUp.UserConfirmed, false);
  assert.deepEqual(signedUp.CodeDeliveryDetails, {
    Destination: "j***@e***",
    DeliveryMedium: "EMAIL",
    AttributeName: "email",
  });
  await refused(call(app, "SignUp", signUp), "UsernameExistsException", "User already exists");
  await refused(signIn(ClientId, "alice", permanent), "UserNotConfirmedException", "User is not confirmed.");

  const code = await emailedCode(address, "sign-up");
  const confirm = (ConfirmationCode) => call(app, "ConfirmSignUp", { ClientId, Username: "alice", ConfirmationCode });
  await refused(
    confirm(code === "000000" ? "111111" : "000000"),
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
  );
  await confirm(code);

  const tokens = tokensOf(await signIn(ClientId, "alice", permanent));
  const verify = await verifierOf(UserPoolId);
  const identity = verify(tokens.IdToken, ClientId);
  assert.equal(identity.sub, signedUp.UserSub);
  assert.equal(identity.token_use, "id");
  assert.equal(identity["cognito:username"], "alice");
  assert.equal(identity.email, address);
  assert.equal(identity.email_verified, true);
  const access = verify(tokens.AccessToken, null);
  assert.equal(access.token_use, "access");
  assert.equal(access.client_id, ClientId);
  assert.equal(access.username, "alice");
  assert.equal(access.origin_jti, identity.origin_jti);

  const refreshed = tokensOf(await refresh(ClientId, tokens.RefreshToken), { withRefresh: false });
  const renewed = verify(refreshed.AccessToken, null);
  assert.equal(renewed.origin_jti, access.origin_jti);
  assert.equal(renewed.auth_time, access.auth_time);
  assert.notEqual(renewed.jti, access.jti);
  assert.equal((await call(app, "GetUser", { AccessToken: refreshed.AccessToken })).Username, "alice");

  await call(app, "GlobalSignOut", { AccessToken: tokens.AccessToken });
  for (const { AccessToken } of [tokens, refreshed]) {
    await refused(call(app, "GetUser", { AccessToken }), "NotAuthorizedException", "Access Token has been revoked");
  }
  await refused(
    refresh(ClientId, tokens.RefreshToken),
    "NotAuthorizedException",
    "Refresh Token has been revoked",
  );
}

// Each common refusal arrives as its modelled class, with Cognito's sentence.
async function errors() {
  const [UserPoolId, ClientId] = await poolAndClient("sdk v3 errors");
  await call(admin, "AdminCreateUser", { UserPoolId, Username: "bob", MessageAction: "SUPPRESS" });
  const password = { UserPoolId, Username: "bob", Password: permanent, Permanent: true };
  await call(admin, "AdminSetUserPassword", password);

  await refused(
    call(admin, "DescribeUserPool", { UserPoolId: "us-east-1_xxxxxxxxx" }),
    "ResourceNotFoundException",
    "User pool us-east-1_xxxxxxxxx does not exist.",
  );
  await refused(signIn(ClientId, "nobody", permanent), "UserNotFoundException", "User does not exist.");
  await refused(signIn(ClientId, "bob", "Different1!"), "NotAuthorizedException", "Incorrect username or password.");
  await refused(
    call(admin, "AdminCreateUser", { UserPoolId, Username: "bob", MessageAction: "SUPPRESS" }),
    "UsernameExistsException",
    "User account already exists",
  );
  await refused(
    call(app, "SignUp", { ClientId, Username: "carol", Password: "Short1!" }),
    "InvalidPasswordException",
    "Password did not conform with policy: Password not long enough",
  );
  await refused(call(app, "GetUser", { AccessToken: "garbage" }), "NotAuthorizedException", "Invalid Access Token");

  // This SDK checks nothing itself, so that the server's own words arrive.
  const violation = (rest) => `1 validation error detected: Value ${rest}`;
  await refused(
    call(admin, "DescribeUserPool", {}),
    "InvalidParameterException",
    violation("null at 'userPoolId' failed to satisfy constraint: Member must not be null"),
  );
  await refused(
    call(admin, "ListUserPools", { MaxResults: 61 }),
    "InvalidParameterException",
    violation("'61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60"),
  );
  await refused(
    call(app, "SignUp", { ClientId, Username: "", Password: permanent }).catch((error) => {
      // The order of two violations differs between recordings of the real service.
      const [head, violations] = error.message.split("detected: ");
      error.message = `${head}detected: ${violations.split("; ").sort().join("; ")}`;
      throw error;
    }),
    "InvalidParameterException",
    "2 validation errors detected: " +
      "Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
      "Value at 'username' failed to satisfy constraint: " +
      "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
  );

  await call(admin, "CreateGroup", { UserPoolId, GroupName: "staff" });
  await refused(
    call(admin, "CreateGroup", { UserPoolId, GroupName: "staff" }),
    "GroupExistsException",
    "A group with the name already exists.",
  );
}

// The SDK's own paginators walk users and groups, each one once.
async function paginators() {
  const [UserPoolId] = await poolAndClient("sdk v3 paginators");
  const users = Array.from({ length: 7 }, (_, number) => `reader-${number}`);
  for (const Username of users) {
    await call(admin, "AdminCreateUser", { UserPoolId, Username, MessageAction: "SUPPRESS" });
  }
  const foundUsers = [];
  for await (const page of sdk.paginateListUsers({ client: admin, pageSize: 3 }, { UserPoolId })) {
    assert.ok(page.Users.length <= 3);
    page.Users.forEach((user) => recent(user.UserCreateDate));
    foundUsers.push(...page.Users.map((user) => user.Username));
  }
  assert.deepEqual(foundUsers.sort(), users);

  const groups = Array.from({ length: 5 }, (_, number) => `group-${number}`);
  for (const GroupName of groups) {
    await call(admin, "CreateGroup", { UserPoolId, GroupName });
  }
  const foundGroups = [];
  for await (const page of sdk.paginateListGroups({ client: admin, pageSize: 2 }, { UserPoolId })) {
    assert.ok(page.Groups.length <= 2);
    page.Groups.forEach((group) => recent(group.CreationDate));
    foundGroups.push(...page.Groups.map((group) => group.GroupName));
  }
  assert.deepEqual(foundGroups.sort(), groups);
}

for (const story of [temporaryPassword, selfService, errors, paginators]) {
  await story();
  console.log(`${story.name}: passed`);
}
