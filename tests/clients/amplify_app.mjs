// The app of the stories of aws-amplify, as it runs in a page: configured from the query of the page's address, or as it
// was before its user went to sign in on other pages.

import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { Hub } from "aws-amplify/utils";

const here = new URLSearchParams(location.search);
if (here.has("userPoolId")) sessionStorage.setItem("configuration", here);
const { domain, ...Cognito } = Object.fromEntries(new URLSearchParams(sessionStorage.getItem("configuration")));
if (domain) {
  const home = [`${location.origin}/`];
  const scopes = ["openid", "email", "aws.cognito.signin.user.admin"];
  Cognito.loginWith = {
    oauth: { domain, scopes, redirectSignIn: home, redirectSignOut: home, responseType: "code" },
  };
}

// The state that a sign-in on other pages brings back, once it is over.
globalThis.redirected = new Promise((resolve, reject) => {
  Hub.listen("auth", ({ payload: { event, data } }) => {
    if (event === "customOAuthState") resolve(data);
    if (event === "signInWithRedirect_failure") reject(data.error);
  });
});
// Who doesn't wait for it doesn't care.
globalThis.redirected.catch(() => {});

Amplify.configure({ Auth: { Cognito } });

// Only plain data leaves the page.
const plain = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

// Calls a function of aws-amplify/auth by its name, and gives what it results in, or the error as an app sees it.
globalThis.ask = async (name, input) => {
  try {
    return { result: plain(await auth[name](input)) };
  } catch (error) {
    return { error: { name: error.name, message: error.message } };
  }
};

// The tokens that the app has, as they are sent, and the user that they are of.
globalThis.session = async (options) => {
  const { tokens, userSub } = await auth.fetchAuthSession(options);
  return plain(tokens && { access: tokens.accessToken.toString(), identity: tokens.idToken.toString(), userSub });
};
