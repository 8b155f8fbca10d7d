"""Signs in with a code that a webhook received, through boto3.

Usage: sms_story.py ENDPOINT WEBHOOK
"""

import json
import sys
import urllib.request

from server import PERMANENT, admin, app, equal, refused, tokens_of
from sms_sink import REFUSED

WEBHOOK = sys.argv[2]
PHONE_NUMBER = "+15555550100"


def taken():
    """The messages that the webhook has taken."""
    with urllib.request.urlopen(WEBHOOK, timeout=10) as response:
        return json.load(response)


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


def sign_in():
    """The code that the webhook received signs in."""
    pool_id, client_id = pool_and_client()
    user(pool_id, "alice", PHONE_NUMBER)
    challenge = begin(client_id, "alice")
    equal(challenge["ChallengeName"], "SMS_MFA")
    equal(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "+*******0100")

    [message] = taken()
    code = message["code"]
    assert len(code) == 6 and code.isdigit(), message
    assert isinstance(message.pop("sentAt"), int), message
    equal(
        message,
        {
            "to": PHONE_NUMBER,
            "message": f"Your authentication code is {code}. ",
            "kind": "authentication",
            "poolId": pool_id,
            "username": "alice",
            "code": code,
        },
    )
    answer = app.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName="SMS_MFA",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "alice", "SMS_MFA_CODE": code},
    )
    tokens_of(answer)


def refusal():
    """What the webhook refuses was not delivered, and the client is told so."""
    pool_id, client_id = pool_and_client()
    user(pool_id, "bob", REFUSED)
    # The model knows no CodeDeliveryFailureException at a sign-in.
    with refused("InvalidUserPoolConfigurationException", "Failed to deliver the message."):
        begin(client_id, "bob")


if __name__ == "__main__":
    for story in (sign_in, refusal):
        story()
        print(f"{story.__name__}: passed", flush=True)
