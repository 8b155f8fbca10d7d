// Decrypts a code as a function does that sends it, with the AWS Encryption SDK for JavaScript in its default settings.
//
// Usage: decrypt_code.mjs local KEY_ARN MESSAGE KEY
//        decrypt_code.mjs kms KEY_ARN MESSAGE ENDPOINT
//
// KEY is in hexadecimal. Prints what was encrypted and its encryption context, as JSON.

import { createRequire } from "node:module";
import { join } from "node:path";

const installed = createRequire(join(process.env.POOLHOUSE_TEST_NODE_MODULES, "package.json"));
const { buildClient, getClient, KMS, KmsKeyringNode, RawAesKeyringNode, RawAesWrappingSuiteIdentifier } =
  installed("@aws-crypto/client-node");

const keyrings = {
  // The key that this function shares with the server.
  local: (arn, key) =>
    new RawAesKeyringNode({
      keyNamespace: "poolhouse",
      keyName: arn,
      unencryptedMasterKey: Uint8Array.from(Buffer.from(key, "hex")),
      wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
    }),
  kms: (arn, endpoint) => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return new KmsKeyringNode({ keyIds: [arn], clientProvider: getClient(KMS, { endpoint, credentials }) });
  },
};

const [kind, arn, message, where] = process.argv.slice(2);
const { decrypt } = buildClient();
const { plaintext, messageHeader } = await decrypt(keyrings[kind](arn, where), Buffer.from(message, "base64"));
console.log(JSON.stringify({ plaintext: plaintext.toString(), context: messageHeader.encryptionContext }));
