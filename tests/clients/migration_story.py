"""Moves a user from one running server to another, and lets them stay there when the first is gone, through boto3.

Usage: migration_story.py ENDPOINT FORMER_ENDPOINT move|stay
"""

import sys

import boto3

from server import PERMANENT, admin, app, equal, refused, tokens_of

FORMER_ENDPOINT, ACT = sys.argv[2:]
PASSWORD = "correct horse"
former = boto3.client(
    "cognito-idp",
    endpoint_url=FORMER_ENDPOINT,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
ATTRIBUTES = {
    "email": "alice@example.com",
    "email_verified": "true",
    "custom:plan": "gold",
    "name": "Alice",
}


def pool_and_client(server, pool_id, client_id, minimum):
    """Makes a pool and a client of it with these ids, whose passwords have this length."""
    server.create_user_pool(
        PoolName="migration",
        UserPoolTags={"_custom_id_": pool_id},
        Schema=[{"Name": "plan", "AttributeDataType": "String", "Mutable": True}],
        Policies={"PasswordPolicy": {"MinimumLength": minimum}},
    )
    server.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=f"_custom_id_:{client_id}",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )


def user(server, pool_id):
    """The username, the status and the attributes of Alice."""
    found = server.admin_get_user(UserPoolId=pool_id, Username="alice")
    attributes = {attribute["Name"]: attribute["Value"] for attribute in found["UserAttributes"]}
    return found["Username"], found["UserStatus"], attributes


def sign_in(username, password):
    """Signs in at the new server."""
    parameters = {"USERNAME": username, "PASSWORD": password}
    return app.initiate_auth(ClientId="here", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)


def move():
    """Alice signs in at the new server as she did at the former one."""
    pool_and_client(former, "us-east-1_Former", "former", 6)
    pool_and_client(admin, "us-east-1_Here", "here", 30)
    former.admin_create_user(
        UserPoolId="us-east-1_Former",
        Username="alice",
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": name, "Value": value} for name, value in ATTRIBUTES.items()],
    )
    former.admin_set_user_password(
        UserPoolId="us-east-1_Former", Username="alice", Password=PASSWORD, Permanent=True
    )
    with refused("UserNotFoundException", "User does not exist."):
        sign_in("alice", PERMANENT)
    tokens = tokens_of(sign_in("alice", PASSWORD))
    equal(user(admin, "us-east-1_Here"), user(former, "us-east-1_Former"))
    username, status, attributes = user(admin, "us-east-1_Here")
    equal((username, status), ("alice", "CONFIRMED"))
    sub = attributes.pop("sub")
    equal(attributes, ATTRIBUTES)
    seen = app.get_user(AccessToken=tokens["AccessToken"])
    assert {"Name": "sub", "Value": sub} in seen["UserAttributes"], seen


def stay():
    """Alice needs the former server no more; who never came needs it."""
    tokens_of(sign_in("alice", PASSWORD))
    with refused("NotAuthorizedException", "Incorrect username or password."):
        sign_in("alice", PERMANENT)
    with refused(
        "UnexpectedLambdaException",
        "UserMigration invocation failed due to error: the former user pool could not be reached",
    ):
        sign_in("bob", PASSWORD)
    users = admin.list_users(UserPoolId="us-east-1_Here")["Users"]
    equal([user["Username"] for user in users], ["alice"])


{"move": move, "stay": stay}[ACT]()
