"""Plays the two client stories, the errors and the paginators against a running server, through boto3.

Usage: boto3_story.py ENDPOINT
"""

import json

from server import ENDPOINT, PERMANENT, TEMPORARY, admin, app, emailed_code, equal, recent, refused, tokens_of
from verify_token import verify


def pool_and_client(name, **settings):
    """Makes a pool, and in it a client without a secret that signs in with a password and refreshes."""
    pool = admin.create_user_pool(PoolName=name, **settings)["UserPool"]
    recent(pool["CreationDate"])
    equal(pool["LastModifiedDate"], pool["CreationDate"])
    client = admin.create_user_pool_client(
        UserPoolId=pool["Id"],
        ClientName="boto3",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    assert "ClientSecret" not in client, "no secret was asked for"
    recent(client["CreationDate"])
    return pool["Id"], client["ClientId"]


def sign_in(client_id, username, password):
    """Starts a password sign-in."""
    parameters = {"USERNAME": username, "PASSWORD": password}
    return app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)


def refresh(client_id, token):
    """Trades a refresh token for new tokens."""
    return app.initiate_auth(
        ClientId=client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
    )


def temporary_password():
    """Story (a): an administrator's temporary password is replaced at the first sign-in."""
    pool_id, client_id = pool_and_client("boto3 story a")
    signed_up = app.sign_up(ClientId=client_id, Username="alice", Password="Original1!")
    equal(signed_up["UserConfirmed"], False)
    assert "CodeDeliveryDetails" not in signed_up, "the pool verifies nothing"

    admin.admin_confirm_sign_up(UserPoolId=pool_id, Username="alice")
    admin.admin_set_user_password(UserPoolId=pool_id, Username="alice", Password=TEMPORARY, Permanent=False)
    user = admin.admin_get_user(UserPoolId=pool_id, Username="alice")
    equal((user["UserStatus"], user["Enabled"]), ("FORCE_CHANGE_PASSWORD", True))
    recent(user["UserCreateDate"])
    recent(user["UserLastModifiedDate"])

    challenge = sign_in(client_id, "alice", TEMPORARY)
    equal(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED")
    assert "AuthenticationResult" not in challenge, "no tokens before the new password"
    parameters = challenge["ChallengeParameters"]
    equal(parameters["USER_ID_FOR_SRP"], "alice")
    equal(json.loads(parameters["requiredAttributes"]), [])
    respond = {
        "ClientId": client_id,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": PERMANENT},
    }
    tokens = tokens_of(app.respond_to_auth_challenge(**respond))
    with refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        app.respond_to_auth_challenge(**respond)

    me = app.get_user(AccessToken=tokens["AccessToken"])
    equal(me["Username"], "alice")
    equal(me["UserAttributes"], [{"Name": "sub", "Value": signed_up["UserSub"]}])
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        admin.admin_confirm_sign_up(UserPoolId=pool_id, Username="alice")


def self_service():
    """Story (b): sign-up with an e-mail, confirmation, sign-in, a verified token, refresh, sign-out everywhere."""
    pool_id, client_id = pool_and_client("boto3 story b", AutoVerifiedAttributes=["email"])
    address = "boto3@example.com"
    sign_up = {
        "ClientId": client_id,
        "Username": "alice",
        "Password": PERMANENT,
        "UserAttributes": [{"Name": "email", "Value": address}],
    }
    signed_up = app.sign_up(**sign_up)
    equal(signed_up["UserConfirmed"], False)
    equal(
        signed_up["CodeDeliveryDetails"],
        {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"},
    )
    with refused("UsernameExistsException", "User already exists"):
        app.sign_up(**sign_up)
    with refused("UserNotConfirmedException", "User is not confirmed."):
        sign_in(client_id, "alice", PERMANENT)

    code = emailed_code(address, "sign-up")
    wrong_code = "000000" if code != "000000" else "111111"
    with refused("CodeMismatchException", "Invalid verification code provided, please try again."):
        app.confirm_sign_up(ClientId=client_id, Username="alice", ConfirmationCode=wrong_code)
    app.confirm_sign_up(ClientId=client_id, Username="alice", ConfirmationCode=code)

    tokens = tokens_of(sign_in(client_id, "alice", PERMANENT))
    identity = verify(ENDPOINT, pool_id, client_id, tokens["IdToken"])
    equal(identity["sub"], signed_up["UserSub"])
    equal((identity["token_use"], identity["cognito:username"]), ("id", "alice"))
    equal((identity["email"], identity["email_verified"]), (address, True))
    access = verify(ENDPOINT, pool_id, client_id, tokens["AccessToken"])
    equal((access["token_use"], access["username"]), ("access", "alice"))
    equal(access["scope"], "aws.cognito.signin.user.admin")
    equal(access["origin_jti"], identity["origin_jti"])
    assert access["jti"] != identity["jti"], "each token has an id of its own"
    equal(access["exp"] - access["iat"], 3600)
    assert "email" not in access, "an access token carries no attributes"

    refreshed = tokens_of(refresh(client_id, tokens["RefreshToken"]), with_refresh=False)
    renewed = verify(ENDPOINT, pool_id, client_id, refreshed["AccessToken"])
    equal((renewed["origin_jti"], renewed["auth_time"]), (access["origin_jti"], access["auth_time"]))
    assert renewed["jti"] != access["jti"], "the refreshed token is another one"
    equal(app.get_user(AccessToken=refreshed["AccessToken"])["Username"], "alice")

    app.global_sign_out(AccessToken=tokens["AccessToken"])
    for revoked in (tokens, refreshed):
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            app.get_user(AccessToken=revoked["AccessToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        refresh(client_id, tokens["RefreshToken"])
    # Who verifies offline still sees the signature and the lifetime, as with Cognito.
    verify(ENDPOINT, pool_id, client_id, tokens["IdToken"])


def errors():
    """Each common refusal arrives as its modelled class, with Cognito's sentence."""
    pool_id, client_id = pool_and_client("boto3 errors")
    admin.admin_create_user(UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS")
    admin.admin_set_user_password(UserPoolId=pool_id, Username="bob", Password=PERMANENT, Permanent=True)

    with refused("ResourceNotFoundException", "User pool us-east-1_xxxxxxxxx does not exist."):
        admin.describe_user_pool(UserPoolId="us-east-1_xxxxxxxxx")
    unknown = "a" * 26
    with refused("ResourceNotFoundException", f"User pool client {unknown} does not exist."):
        app.sign_up(ClientId=unknown, Username="carol", Password=PERMANENT)
    with refused("UserNotFoundException", "User does not exist."):
        admin.admin_get_user(UserPoolId=pool_id, Username="nobody")
    with refused("UserNotFoundException", "User does not exist."):
        sign_in(client_id, "nobody", PERMANENT)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        sign_in(client_id, "bob", "Different1!")
    with refused("UsernameExistsException", "User account already exists"):
        admin.admin_create_user(UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS")
    with refused("ExpiredCodeException", "Invalid code provided, please request a code again."):
        app.confirm_forgot_password(
            ClientId=client_id, Username="bob", ConfirmationCode="123456", Password="Different1!"
        )
    with refused("NotAuthorizedException", "Invalid Access Token"):
        app.get_user(AccessToken="garbage")
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        refresh(client_id, "garbage")
    with refused("InvalidParameterException", "Missing required parameter PASSWORD"):
        app.initiate_auth(
            ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "bob"}
        )
    for password, reason in (
        ("Short1!", "Password not long enough"),
        ("permanent1!", "Password must have uppercase characters"),
        ("PERMANENT1!", "Password must have lowercase characters"),
        ("Permanent!", "Password must have numeric characters"),
        ("Permanent1", "Password must have symbol characters"),
    ):
        with refused("InvalidPasswordException", f"Password did not conform with policy: {reason}"):
            app.sign_up(ClientId=client_id, Username="carol", Password=password)

    # botocore checks presence, types and lengths itself, but not patterns and enumerations.
    constraint = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must satisfy {}"
    pattern = r"regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
    with refused("InvalidParameterException", constraint.format("nope", "userPoolId", pattern)):
        admin.describe_user_pool(UserPoolId="nope")
    flows = app.meta.service_model.shape_for("AuthFlowType").enum
    values = f"enum value set: [{', '.join(flows)}]"
    with refused("InvalidParameterException", constraint.format("NOPE", "authFlow", values)):
        app.initiate_auth(ClientId=client_id, AuthFlow="NOPE", AuthParameters={})

    by_default = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="defaults")["UserPoolClient"]
    with refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"):
        sign_in(by_default["ClientId"], "bob", PERMANENT)

    admin.create_group(UserPoolId=pool_id, GroupName="staff")
    with refused("GroupExistsException", "A group with the name already exists."):
        admin.create_group(UserPoolId=pool_id, GroupName="staff")
    with refused("ResourceNotFoundException", "Group not found."):
        admin.get_group(UserPoolId=pool_id, GroupName="nobody")


def paginators():
    """boto3's own paginators walk users and groups, each one once."""
    pool_id, _ = pool_and_client("boto3 paginators")
    readers = {f"reader-{number}" for number in range(7)}
    for name in sorted(readers):
        admin.admin_create_user(
            UserPoolId=pool_id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "name", "Value": "Reader"}],
        )
    admin.admin_create_user(UserPoolId=pool_id, Username="writer", MessageAction="SUPPRESS")

    pages = list(admin.get_paginator("list_users").paginate(UserPoolId=pool_id, PaginationConfig={"PageSize": 3}))
    assert len(pages) >= 3 and all(len(page["Users"]) <= 3 for page in pages), [len(page["Users"]) for page in pages]
    users = [user for page in pages for user in page["Users"]]
    equal(sorted(user["Username"] for user in users), sorted(readers | {"writer"}))
    for user in users:
        recent(user["UserCreateDate"])

    filtered = admin.get_paginator("list_users").paginate(
        UserPoolId=pool_id,
        Filter='username ^= "reader-"',
        AttributesToGet=["email"],
        PaginationConfig={"PageSize": 2},
    )
    found = {user["Username"]: user["Attributes"] for page in filtered for user in page["Users"]}
    equal(found, {name: [{"Name": "email", "Value": f"{name}@example.com"}] for name in readers})

    groups = {f"group-{number}" for number in range(5)}
    for name in sorted(groups):
        recent(admin.create_group(UserPoolId=pool_id, GroupName=name)["Group"]["CreationDate"])
    pages = list(admin.get_paginator("list_groups").paginate(UserPoolId=pool_id, PaginationConfig={"PageSize": 2}))
    assert len(pages) >= 3, f"{len(pages)} pages"
    equal(sorted(group["GroupName"] for page in pages for group in page["Groups"]), sorted(groups))

    admin.delete_user_pool(UserPoolId=pool_id)
    with refused("ResourceNotFoundException", f"User pool {pool_id} does not exist."):
        admin.list_users(UserPoolId=pool_id)


if __name__ == "__main__":
    for story in (temporary_password, self_service, errors, paginators):
        story()
        print(f"{story.__name__}: passed", flush=True)
