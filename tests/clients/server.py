"""The server under test, seen through boto3, and what is expected of its answers."""

import json
import sys
import urllib.parse
import urllib.request
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
TEMPORARY, PERMANENT = "Temporary1!", "Permanent1!"
NO_RETRIES = {"total_max_attempts": 1}


def connect(**settings):
    """A client of the server under test."""
    config = Config(retries=NO_RETRIES, **settings)
    return boto3.client(
        "cognito-idp",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


admin = connect()
# An app has no AWS credentials: its calls are not signed.
app = connect(signature_version=UNSIGNED)


def equal(actual, expected):
    """Fails with both values when they differ."""
    assert actual == expected, f"\n  expected {expected!r}\n  got      {actual!r}"


@contextmanager
def refused(name, message):
    """The block must fail with exactly this error class and message."""
    try:
        yield
    except ClientError as error:
        equal(type(error).__name__, name)
        assert isinstance(error, getattr(admin.exceptions, name)), f"{error!r} is not the modelled class"
        equal(error.response["Error"], {"Code": name, "Message": message})
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        uuid.UUID(error.response["ResponseMetadata"]["RequestId"])
    else:
        raise AssertionError(f"nothing was refused; expected {name}: {message}")


def recent(moment):
    """A timestamp arrives as a datetime with a zone, and is of the last minutes."""
    assert isinstance(moment, datetime), f"{moment!r} is not a datetime"
    age = datetime.now(timezone.utc) - moment
    assert timedelta(minutes=-1) < age < timedelta(minutes=5), f"{moment} is {age} ago"


def newest_message(address, kind):
    """Reads the newest message of a kind from the inbox of the server, waiting for it to arrive."""
    query = urllib.parse.urlencode({"to": address, "kind": kind, "wait": "5s"})
    with urllib.request.urlopen(f"{ENDPOINT}/_poolhouse/messages?{query}", timeout=10) as response:
        messages = json.load(response)["messages"]
    assert messages, f"no {kind} message for {address}"
    equal(messages[-1]["to"], address)
    return messages[-1]


def emailed_code(address, kind):
    """The code in the newest message of a kind."""
    return newest_message(address, kind)["code"]


def tokens_of(answer, *, with_refresh=True):
    """Checks the shape of an answer that carries tokens, and gives them."""
    tokens = answer["AuthenticationResult"]
    expected = {"AccessToken", "IdToken", "ExpiresIn", "TokenType"} | ({"RefreshToken"} if with_refresh else set())
    equal(set(tokens), expected)
    equal((tokens["ExpiresIn"], tokens["TokenType"]), (3600, "Bearer"))
    equal(answer["ChallengeParameters"], {})
    assert "ChallengeName" not in answer and "Session" not in answer, answer
    return tokens
