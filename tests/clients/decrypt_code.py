"""Decrypts a code as a function does that sends it, with the AWS Encryption SDK for Python in its default settings.

Usage: decrypt_code.py local KEY_ARN MESSAGE KEY
       decrypt_code.py kms KEY_ARN MESSAGE ENDPOINT

KEY is in hexadecimal. Prints what was encrypted and its encryption context, as JSON.
"""

import base64
import json
import sys

import aws_encryption_sdk
import botocore.session
from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.kms import KMSMasterKey
from aws_encryption_sdk.key_providers.raw import RawMasterKey


def local_key(arn, key):
    """The key that this function shares with the server."""
    return RawMasterKey(
        provider_id="poolhouse",
        key_id=arn,
        wrapping_key=WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
            wrapping_key=bytes.fromhex(key),
            wrapping_key_type=EncryptionKeyType.SYMMETRIC,
        ),
    )


def kms_key(arn, endpoint):
    """The key of a KMS."""
    client = botocore.session.get_session().create_client(
        "kms",
        region_name=arn.split(":")[3],
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return KMSMasterKey(key_id=arn, client=client)


if __name__ == "__main__":
    kind, arn, message, where = sys.argv[1:]
    key = {"local": local_key, "kms": kms_key}[kind](arn, where)
    client = aws_encryption_sdk.EncryptionSDKClient()
    plaintext, header = client.decrypt(source=base64.b64decode(message), key_provider=key)
    print(json.dumps({"plaintext": plaintext.decode(), "context": header.encryption_context}))
