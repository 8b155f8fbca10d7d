"""Signs in by SRP against a running server, through pycognito.

Usage: pycognito_story.py ENDPOINT
"""

from datetime import datetime

from pycognito import Cognito
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import ForceChangePasswordException, SoftwareTokenMFAChallengeException
from pyotp import TOTP

from server import ENDPOINT, PERMANENT, TEMPORARY, admin, app, equal, refused, tokens_of
from verify_token import verify

INCORRECT = "Incorrect username or password."


class App:
    """A pool and a client in it, with the flows that a client has when none are named."""

    def __init__(self, name, *, secret=False, **settings):
        self.pool_id = admin.create_user_pool(PoolName=name, **settings)["UserPool"]["Id"]
        client = admin.create_user_pool_client(UserPoolId=self.pool_id, ClientName="pycognito", GenerateSecret=secret)
        self.client_id = client["UserPoolClient"]["ClientId"]
        self.client_secret = client["UserPoolClient"].get("ClientSecret")
        equal(self.client_secret is not None, secret)

    def srp(self, username, password, *, client_secret=None):
        """What pycognito makes of a name and a password, and of the client's own secret unless another is given."""
        return AWSSRP(
            username=username,
            password=password,
            pool_id=self.pool_id,
            client_id=self.client_id,
            client_secret=client_secret or self.client_secret,
            client=app,
        )

    def sign_in(self, username, password):
        """Signs in from the first leg to the last, and gives the tokens."""
        return tokens_of(self.srp(username, password).authenticate_user())

    def invite(self, username, **more):
        """Makes a user whose password is temporary, and gives the sub."""
        user = admin.admin_create_user(
            UserPoolId=self.pool_id,
            Username=username,
            TemporaryPassword=TEMPORARY,
            MessageAction="SUPPRESS",
            **more,
        )["User"]
        return next(attribute["Value"] for attribute in user["Attributes"] if attribute["Name"] == "sub")

    def set_password(self, username, password):
        """Gives a user a password that lasts."""
        admin.admin_set_user_password(
            UserPoolId=self.pool_id, Username=username, Password=password, Permanent=True
        )

    def user(self, username):
        """A user as pycognito sees one; it verifies the tokens of every sign-in through the key set of the pool."""
        return Cognito(
            self.pool_id,
            self.client_id,
            username=username,
            client_secret=self.client_secret,
            boto3_client_kwargs={"endpoint_url": ENDPOINT},
        )

    def verified(self, tokens):
        """Verifies both tokens through the key set of the pool, and gives the claims of the ID token."""
        identity = verify(ENDPOINT, self.pool_id, self.client_id, tokens["IdToken"])
        access = verify(ENDPOINT, self.pool_id, self.client_id, tokens["AccessToken"])
        equal((identity["token_use"], access["token_use"]), ("id", "access"))
        equal((access["sub"], access["username"]), (identity["sub"], identity["cognito:username"]))
        return identity

    def status(self, username):
        """The status of a user."""
        return admin.admin_get_user(UserPoolId=self.pool_id, Username=username)["UserStatus"]


def sign_in():
    """The right password signs in, whatever it is written with; a wrong one and an unknown name are refused."""
    house = App("pycognito sign-in")
    sub = house.invite("alice")
    for password in (PERMANENT, "Pässwörd1! 密码"):
        house.set_password("alice", password)
        with refused("NotAuthorizedException", INCORRECT):
            house.sign_in("alice", "Different1!")
        identity = house.verified(house.sign_in("alice", password))
        equal((identity["sub"], identity["cognito:username"]), (sub, "alice"))
    with refused("NotAuthorizedException", INCORRECT):
        house.sign_in("alice", PERMANENT)
    with refused("UserNotFoundException", "User does not exist."):
        house.sign_in("nobody", PERMANENT)

    admin.admin_disable_user(UserPoolId=house.pool_id, Username="alice")
    with refused("NotAuthorizedException", "User is disabled."):
        house.sign_in("alice", password)


def new_password(*, secret=False):
    """A temporary password is replaced on the way; the new one signs in, and the old one no more."""
    house = App("pycognito new password", secret=secret)
    house.invite("alice")
    try:
        house.sign_in("alice", TEMPORARY)
    except ForceChangePasswordException as challenge:
        equal(str(challenge), "Change password before authenticating")
    else:
        raise AssertionError("a temporary password signed in")
    with refused("InvalidPasswordException", "Password did not conform with policy: Password not long enough"):
        house.srp("alice", TEMPORARY).set_new_password_challenge("Short1!")
    equal(house.status("alice"), "FORCE_CHANGE_PASSWORD")

    tokens = tokens_of(house.srp("alice", TEMPORARY).set_new_password_challenge(PERMANENT))
    equal(house.verified(tokens)["cognito:username"], "alice")
    equal(house.status("alice"), "CONFIRMED")
    with refused("NotAuthorizedException", INCORRECT):
        house.sign_in("alice", TEMPORARY)
    house.sign_in("alice", PERMANENT)


def confidential_client():
    """A client with a secret signs in with it; with another, or with none, it is refused at the first leg."""
    house = App("pycognito confidential client", secret=True)
    house.invite("alice")
    house.set_password("alice", PERMANENT)
    equal(house.verified(house.sign_in("alice", PERMANENT))["cognito:username"], "alice")
    with refused("NotAuthorizedException", INCORRECT):
        house.sign_in("alice", "Different1!")
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {house.client_id}"):
        house.srp("alice", PERMANENT, client_secret="of-another-client").authenticate_user()
    house.client_secret = None
    without = f"Client {house.client_id} is configured with secret but SECRET_HASH was not received"
    with refused("NotAuthorizedException", without):
        house.sign_in("alice", PERMANENT)

    new_password(secret=True)


def email_as_username():
    """Who signs up with an address signs in with it, in any case, and proves the password of the generated username."""
    for secret in (False, True):
        house = App(
            "pycognito email as username",
            secret=secret,
            UsernameAttributes=["email"],
            UsernameConfiguration={"CaseSensitive": False},
        )
        address = "alice@example.com"
        sub = house.invite(address, UserAttributes=[{"Name": "email_verified", "Value": "true"}])
        tokens = tokens_of(house.srp(address, TEMPORARY).set_new_password_challenge(PERMANENT))
        equal(house.verified(tokens)["cognito:username"], sub)
        for name in (address, "Alice@Example.COM", sub):
            identity = house.verified(house.sign_in(name, PERMANENT))
            equal((identity["sub"], identity["cognito:username"], identity["email"]), (sub, sub, address))
            with refused("NotAuthorizedException", INCORRECT):
                house.sign_in(name, "Different1!")


def flow_not_enabled():
    """A client that may not sign in by SRP is told so."""
    house = App("pycognito flow not enabled")
    house.invite("alice")
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    admin.update_user_pool_client(UserPoolId=house.pool_id, ClientId=house.client_id, ExplicitAuthFlows=flows)
    with refused("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client."):
        house.sign_in("alice", TEMPORARY)


def authenticator_app():
    """Who has turned codes of an authenticator app on is asked for one, by a client with a secret and one without."""
    for secret in (False, True):
        house = App("pycognito authenticator app", secret=secret)
        admin.set_user_pool_mfa_config(
            UserPoolId=house.pool_id,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            MfaConfiguration="OPTIONAL",
        )
        sub = house.invite("alice")
        house.set_password("alice", PERMANENT)
        alice = house.user("alice")
        alice.authenticate(PERMANENT)
        phone, now = TOTP(alice.associate_software_token()), datetime.now()
        assert alice.verify_software_token(phone.at(now), "Phone"), "the first code is refused"
        alice.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
        alice.logout()

        alice = house.user("alice")
        challenge = asked_for_a_code(alice)
        equal(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "Phone")
        # A code is good once, and the server takes the code of the next step as well.
        with refused("ExpiredCodeException", "Your software token has already been used once."):
            alice.respond_to_software_token_mfa_challenge(phone.at(now))
        alice.respond_to_software_token_mfa_challenge(phone.at(now, counter_offset=1))
        equal((alice.id_claims["sub"], alice.access_claims["username"]), (sub, "alice"))

        first = alice.access_token
        alice.renew_access_token()
        assert alice.access_token != first, "a refresh gives another access token"


def asked_for_a_code(user):
    """Signs in with the password, which must be answered with the question for a code of the app."""
    try:
        user.authenticate(PERMANENT)
    except SoftwareTokenMFAChallengeException as challenge:
        equal(challenge.message, "Do Software Token MFA")
        return challenge.get_tokens()
    raise AssertionError("a password signed in alone")


if __name__ == "__main__":
    for story in (sign_in, new_password, confidential_client, email_as_username, flow_not_enabled, authenticator_app):
        story()
        print(f"{story.__name__}: passed", flush=True)
