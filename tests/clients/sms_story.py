"""Signs in with a code that a webhook received, through boto3.

Usage: sms_story.py ENDPOINT WEBHOOK
"""

import json
import sys
import time
import urllib.request
import uuid

from server import PERMANENT, admin, app, equal, tokens_of
from sms_sink import REFUSED

WEBHOOK = sys.argv[2]


def taken(phone_number):
    """Waits until the webhook has taken a message for this phone, which must be the only one."""
    deadline = time.monotonic() + 15
    while True:
        with urllib.request.urlopen(WEBHOOK, timeout=10) as response:
            messages = [message for message in json.load(response) if message["to"] == phone_number]
        if messages:
            [message] = messages
            return message
        assert time.monotonic() < deadline, f"no message for {phone_number}"
        time.sleep(0.05)


def pool_and_client():
    """Makes a pool that asks everybody for a code by SMS, and a client in it."""
    pool_id = admin.create_user_pool(PoolName="sms")["UserPool"]["Id"]
    sender = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
    admin.set_user_pool_mfa_config(
        UserPoolId=pool_id, SmsMfaConfiguration={"SmsConfiguration": sender}, MfaConfiguration="ON"
    )
    client = admin.create_user_pool_client(
        UserPoolId=pool_id, ClientName="boto3", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    return pool_id, client["UserPoolClient"]["ClientId"]


def user(pool_id, username, phone_number):
    """Makes a user with a password and a phone."""
    attributes = [{"Name": "phone_number", "Value": phone_number}, {"Name": "phone_number_verified", "Value": "true"}]
    admin.admin_create_user(
        UserPoolId=pool_id, Username=username, UserAttributes=attributes, MessageAction="SUPPRESS"
    )
    admin.admin_set_user_password(UserPoolId=pool_id, Username=username, Password=PERMANENT, Permanent=True)


def begin(client_id, username):
    """Begins to sign in with the password."""
    parameters = {"USERNAME": username, "PASSWORD": PERMANENT}
    return app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)


def sign_in(username, phone_number):
    """The code that the webhook received signs in."""
    pool_id, client_id = pool_and_client()
    user(pool_id, username, phone_number)
    challenge = begin(client_id, username)
    equal(challenge["ChallengeName"], "SMS_MFA")
    equal(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], f"+*******{phone_number[-4:]}")

    message = taken(phone_number)
    code = message["code"]
    assert len(code) == 6 and code.isdigit(), message
    assert isinstance(message.pop("sentAt"), int), message
    uuid.UUID(message.pop("id"))
    equal(
        message,
        {
            "to": phone_number,
            "message": f"Your authentication code is {code}. ",
            "kind": "authentication",
            "poolId": pool_id,
            "username": username,
            "code": code,
        },
    )
    answer = app.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName="SMS_MFA",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": username, "SMS_MFA_CODE": code},
    )
    tokens_of(answer)


def at_once():
    """A message that the webhook takes."""
    sign_in("alice", "+15555550100")


def again():
    """A message that the webhook takes when it is sent again."""
    sign_in("bob", REFUSED)


if __name__ == "__main__":
    for story in (at_once, again):
        story()
        print(f"{story.__name__}: passed", flush=True)
