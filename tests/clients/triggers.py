"""The functions of an app behind the triggers of a pool, and the events that they are to receive.

Scripts that use it are called with ENDPOINT and JOURNAL, the file into which the functions write.
"""

import json
import sys
import time
from itertools import count

from server import PERMANENT, admin, app, equal

JOURNAL = sys.argv[2]
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
PRE_SIGN_UP = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
CUSTOM_MESSAGE = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
DEFINE = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
CREATE = {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None}
VERIFY = {"answerCorrect": None}
TOKENS_V1 = {"claimsOverrideDetails": None}
TOKENS_V2 = {"claimsAndScopeOverrideDetails": None}
USER_MIGRATION = {
    "userAttributes": None,
    "finalUserStatus": None,
    "messageAction": None,
    "desiredDeliveryMediums": None,
    "forceAliasCreation": None,
    "enableSMSMFA": None,
}
NO_GROUPS = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"]

numbers = count(1)


def arn(function):
    """The ARN of one of the functions."""
    return f"arn:aws:lambda:us-east-1:000000000000:function:triggers-test-{function}"


def functions(*triggers):
    """A LambdaConfig in which each trigger has the function of its name."""
    return {trigger: arn(trigger) for trigger in triggers}


def versioned(version, function="PreTokenGeneration"):
    """A LambdaConfig with a function that changes tokens by this version of its events."""
    return {"PreTokenGenerationConfig": {"LambdaArn": arn(function), "LambdaVersion": version}}


class House:
    """A pool whose triggers have functions, and a client in it."""

    def __init__(self, triggers, client=None, **pool):
        pool = {"PoolName": f"triggers {next(numbers)}", "LambdaConfig": triggers, **pool}
        self.pool_id = admin.create_user_pool(**pool)["UserPool"]["Id"]
        client = {"ClientName": "boto3", "ExplicitAuthFlows": FLOWS, **(client or {})}
        self.client = admin.create_user_pool_client(UserPoolId=self.pool_id, **client)["UserPoolClient"]
        self.client_id = self.client["ClientId"]
        self.heard = 0

    def user(self, username, **attributes):
        """Makes a user with a password that lasts, and gives their `sub`. The functions hear of it."""
        attributes = [{"Name": name, "Value": value} for name, value in attributes.items()]
        user = {"UserPoolId": self.pool_id, "Username": username}
        made = admin.admin_create_user(**user, UserAttributes=attributes, MessageAction="SUPPRESS")["User"]
        admin.admin_set_user_password(**user, Password=PERMANENT, Permanent=True)
        return next(each["Value"] for each in made["Attributes"] if each["Name"] == "sub")

    def begin(self, username, password=PERMANENT, **more):
        """Begins to sign in with a password."""
        parameters = {"USERNAME": username, "PASSWORD": password}
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        return app.initiate_auth(ClientId=self.client_id, **flow, **more)

    def answer(self, challenge, responses, **more):
        """Answers a challenge."""
        asked = {"ChallengeName": challenge["ChallengeName"], "Session": challenge["Session"]}
        return app.respond_to_auth_challenge(
            ClientId=self.client_id, **asked, ChallengeResponses=responses, **more
        )

    def attributes(self, username):
        """The attributes of a user."""
        user = admin.admin_get_user(UserPoolId=self.pool_id, Username=username)
        return {each["Name"]: each["Value"] for each in user["UserAttributes"]}

    def status(self, username):
        """The status of a user."""
        return admin.admin_get_user(UserPoolId=self.pool_id, Username=username)["UserStatus"]

    def event(self, source, username, request, response=None, *, version="1", client_id=None):
        """The whole event that a function is to receive."""
        return {
            "version": version,
            "triggerSource": source,
            "region": "us-east-1",
            "userPoolId": self.pool_id,
            "userName": username,
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": client_id or self.client_id,
            },
            "request": request,
            "response": response or {},
        }

    def events(self):
        """The events of this pool, the first one first."""
        with open(JOURNAL, encoding="utf-8") as journal:
            records = [json.loads(line) for line in journal]
        return [
            record["event"] for record in records if record.get("event", {}).get("userPoolId") == self.pool_id
        ]

    def hears(self, *expected):
        """The functions must have received exactly these events, in this order, since they were last asked."""
        new = self.events()[self.heard :]
        equal([event["triggerSource"] for event in new], [event["triggerSource"] for event in expected])
        for event, wanted in zip(new, expected):
            equal(event, wanted)
        self.heard += len(new)

    def overhears(self, amount):
        """Waits until the functions have received so many events since they were last asked, and gives them."""
        deadline = time.monotonic() + 10
        while len(new := self.events()[self.heard :]) < amount:
            assert time.monotonic() < deadline, f"{amount} events were expected: {new}"
            time.sleep(0.02)
        self.heard += len(new)
        return new


def play(*stories):
    """Plays stories one after the other."""
    for story in stories:
        story()
        print(f"{story.__name__}: passed", flush=True)
