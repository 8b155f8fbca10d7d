// The functions of an app, one for each trigger. What they do depends on the event alone, so that one deployment serves
// every story.

import { randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

import { append, recorded } from "./journal.mjs";

const installed = createRequire(join(process.env.POOLHOUSE_TEST_NODE_MODULES ?? import.meta.url, "package.json"));

// Staff are known; nobody else at spam.example.com is wanted.
export const PreSignUp = recorded("PreSignUp", (event) => {
  const { email = "", phone_number: phoneNumber } = event.request.userAttributes;
  if (email.endsWith("@spam.example.com")) throw new Error("Sign-ups from spam.example.com are closed");
  if (email.endsWith("@staff.example.com")) {
    event.response.autoConfirmUser = true;
    event.response.autoVerifyEmail = true;
    event.response.autoVerifyPhone = phoneNumber !== undefined;
  }
  return event;
});

export const PostConfirmation = recorded("PostConfirmation", (event) => {
  if (event.request.clientMetadata?.welcome === "none") throw new Error("The welcome is out of order");
  return event;
});

export const PreAuthentication = recorded("PreAuthentication", (event) => {
  if (event.request.validationData?.network === "abroad") throw new Error("Sign-ins from abroad are closed");
  return event;
});

export const PostAuthentication = recorded("PostAuthentication", (event) => {
  if (event.request.clientMetadata?.audit === "broken") throw new Error("The audit is out of order");
  return event;
});

// Asks for a code by e-mail up to three times, after the password where the client begins with one.
export const DefineAuthChallenge = recorded("DefineAuthChallenge", (event) => {
  const { session } = event.request;
  const last = session.at(-1);
  const rounds = session.filter(({ challengeName }) => challengeName === "CUSTOM_CHALLENGE");
  const answer = { issueTokens: false, failAuthentication: false };
  if (last?.challengeName === "SRP_A") answer.challengeName = "PASSWORD_VERIFIER";
  else if (last?.challengeName === "CUSTOM_CHALLENGE" && last.challengeResult) answer.issueTokens = true;
  else if (rounds.length === 3 || last?.challengeResult === false && rounds.length === 0) answer.failAuthentication = true;
  else answer.challengeName = "CUSTOM_CHALLENGE";
  return { ...event, response: answer };
});

// Sends a code, which is to say: writes it into the journal. A second try is asked for the same code.
export const CreateAuthChallenge = recorded("CreateAuthChallenge", (event) => {
  const sent = event.request.session.at(-1)?.challengeMetadata?.match(/^CODE-(\d{6})$/)?.[1];
  const code = sent ?? String(randomInt(1_000_000)).padStart(6, "0");
  const { email } = event.request.userAttributes;
  if (!sent) append({ mail: { to: email, code }, userPoolId: event.userPoolId });
  event.response = {
    publicChallengeParameters: { email: email?.replace(/^(.).*@/, "$1***@") ?? "" },
    privateChallengeParameters: { code },
    challengeMetadata: `CODE-${code}`,
  };
  return event;
});

export const VerifyAuthChallengeResponse = recorded("VerifyAuthChallengeResponse", (event) => {
  const { privateChallengeParameters, challengeAnswer } = event.request;
  event.response.answerCorrect = challengeAnswer === privateChallengeParameters.code;
  return event;
});

const claims = { tenant: "north", custom_seat: "12" };
const ofAnyType = { floor: 3, remote: true, roles: ["reader", "writer"], desk: { room: "2.17" } };

// Changes what the version of the event lets it change.
export const PreTokenGeneration = recorded("PreTokenGeneration", (event) => {
  const { groupConfiguration } = event.request;
  const groupOverrideDetails = groupConfiguration && {
    ...groupConfiguration,
    groupsToOverride: [...groupConfiguration.groupsToOverride, "lambda"],
  };
  if (event.version === "1") {
    event.response.claimsOverrideDetails = {
      claimsToAddOrOverride: claims,
      claimsToSuppress: ["given_name"],
      groupOverrideDetails,
    };
    return event;
  }
  const added = event.version === "2" ? claims : { ...claims, ...ofAnyType };
  event.response.claimsAndScopeOverrideDetails = {
    idTokenGeneration: { claimsToAddOrOverride: added, claimsToSuppress: ["given_name"] },
    accessTokenGeneration: {
      claimsToAddOrOverride: added,
      claimsToSuppress: ["device_key"],
      scopesToAdd: ["reports:read"],
      scopesToSuppress: ["phone"],
    },
    ...(groupOverrideDetails && { groupOverrideDetails }),
  };
  return event;
});

const formerPassword = "Former-passw0rd";

// Knows the users of a former directory: those at former.example.com.
export const UserMigration = recorded("UserMigration", (event) => {
  const { userName, request } = event;
  if (!userName.endsWith("@former.example.com")) throw new Error("Nobody of that name");
  event.response.userAttributes = { email: userName, email_verified: "true", given_name: "Former" };
  event.response.messageAction = "SUPPRESS";
  if (event.triggerSource === "UserMigration_Authentication") {
    if (request.password !== formerPassword) throw new Error("Another password");
    event.response.finalUserStatus = "CONFIRMED";
  }
  return event;
});

export const CustomMessage = recorded("CustomMessage", (event) => {
  const { codeParameter, usernameParameter } = event.request;
  const what = event.triggerSource.replace("CustomMessage_", "");
  const who = usernameParameter ?? event.userName;
  event.response.emailSubject = `${what} of Example`;
  event.response.emailMessage = `<p>${who}: <b>${codeParameter}</b> for ${what}</p>`;
  event.response.smsMessage = `${who}: ${codeParameter} for ${what}`;
  return event;
});

// Tries to set the claims that an attribute of the user lists, or, by version 3, to suppress them.
export const ForgesClaims = recorded("ForgesClaims", (event) => {
  const names = (event.request.userAttributes["custom:reserved"] ?? "").split(" ");
  const forged = Object.fromEntries(names.map((name) => [name, "forged"]));
  if (event.version === "1") {
    event.response.claimsOverrideDetails = { claimsToAddOrOverride: forged };
  } else {
    const changes = event.version === "2" ? { claimsToAddOrOverride: forged } : { claimsToSuppress: names };
    event.response.claimsAndScopeOverrideDetails = { idTokenGeneration: changes, accessTokenGeneration: changes };
  }
  return event;
});

// Sends the code that is in the event under the key which it shares with the pool, which is to say: writes it into the
// journal.
async function send({ triggerSource, userPoolId, request }) {
  const sdk = installed("@aws-crypto/client-node");
  const keyring = new sdk.RawAesKeyringNode({
    keyNamespace: "poolhouse",
    keyName: process.env.KEY_ARN,
    unencryptedMasterKey: Uint8Array.from(Buffer.from(process.env.POOLHOUSE_TEST_SENDER_KEY, "hex")),
    wrappingSuite: sdk.RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  const { plaintext } = await sdk.buildClient().decrypt(keyring, Buffer.from(request.code, "base64"));
  append({ sent: plaintext.toString(), triggerSource, userPoolId });
}

export const CustomEmailSender = recorded("CustomEmailSender", send);
export const CustomSMSSender = recorded("CustomSMSSender", send);
