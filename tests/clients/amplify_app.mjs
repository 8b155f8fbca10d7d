// The app of amplify_story.mjs, as it runs in a page: aws-amplify, configured from the query of the page's address.

import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";

const Cognito = Object.fromEntries(new URLSearchParams(location.search));
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
