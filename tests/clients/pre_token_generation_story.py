"""Functions change in real tokens what their version may change, and nothing else.

Usage: pre_token_generation_story.py ENDPOINT JOURNAL
"""

from urllib.parse import parse_qs, urlsplit

import requests

from authlib_story import CALLBACK, sign_in
from server import ENDPOINT, admin, equal, tokens_of
from triggers import NO_GROUPS, TOKENS_V2, House, play, versioned
from verify_token import verify

# Said anew by each token.
VOLATILE = {"auth_time", "event_id", "exp", "iat", "jti", "origin_jti"}
# Belongs to the pool, whatever functions say; `aud` in an access token may be the id of the client alone.
RESERVED = (
    "acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce origin_jti sub"
    " token_use username version cognito:username cognito:groups cognito:roles cognito:preferred_role cognito:anything"
)
CLAIMS = {"tenant": "north", "custom_seat": "12"}
ANY_TYPE = {"floor": 3, "remote": True, "roles": ["reader", "writer"], "desk": {"room": "2.17"}}


class Desk(House):
    """A pool with a user in a group, whose tokens are looked at."""

    def __init__(self, **pool):
        super().__init__({}, **pool)
        self.alice = {"given_name": "Alice", "sub": self.user("alice", given_name="Alice")}
        role = "arn:aws:iam::000000000000:role/staff"
        admin.create_group(UserPoolId=self.pool_id, GroupName="staff", RoleArn=role, Precedence=1)
        admin.admin_add_user_to_group(UserPoolId=self.pool_id, Username="alice", GroupName="staff")

    def changed_by(self, triggers):
        """What a function changes in both tokens: the claims that have another value now, None for those that are gone."""
        before = self.claims({})
        after = self.claims(triggers)
        return tuple(
            {name: new.get(name) for name in old | new if old.get(name) != new.get(name)}
            for old, new in zip(before, after)
        )

    def claims(self, triggers):
        """The claims of both tokens, verified, without those that each token says anew."""
        admin.update_user_pool(UserPoolId=self.pool_id, LambdaConfig=triggers)
        tokens = tokens_of(self.begin("alice"))
        claims = (self.verified(tokens[name]) for name in ("IdToken", "AccessToken"))
        return [{name: each[name] for name in each.keys() - VOLATILE} for each in claims]

    def verified(self, token):
        """The claims of a token of this pool."""
        return verify(ENDPOINT, self.pool_id, self.client_id, token)


GROUPS = {"cognito:groups": ["staff", "lambda"]}
SCOPE = {"scope": "aws.cognito.signin.user.admin reports:read"}


def versions():
    """Version 1 changes the id token and the groups; 2 the access token as well; 3 with values of any type."""
    desk = Desk()
    identity, access = desk.changed_by(versioned("V1_0"))
    equal((identity, access), ({**CLAIMS, **GROUPS, "given_name": None}, GROUPS))
    identity, access = desk.changed_by(versioned("V2_0"))
    equal((identity, access), ({**CLAIMS, **GROUPS, "given_name": None}, {**CLAIMS, **GROUPS, **SCOPE}))
    identity, access = desk.changed_by(versioned("V3_0"))
    more = {**CLAIMS, **ANY_TYPE, **GROUPS}
    equal((identity, access), ({**more, "given_name": None}, {**more, **SCOPE}))


def forgery():
    """No version sets a claim that belongs to the pool, or takes one away."""
    reserved = {"Name": "reserved", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "2048"}}
    desk = Desk(Schema=[reserved])
    attributes = [{"Name": "custom:reserved", "Value": RESERVED}]
    admin.admin_update_user_attributes(UserPoolId=desk.pool_id, Username="alice", UserAttributes=attributes)
    for version in ("V1_0", "V2_0"):
        equal(desk.changed_by(versioned(version, "ForgesClaims")), ({}, {}))
    # What the groups say may be suppressed, though not be set but by groupOverrideDetails.
    groups = {"cognito:groups": None}
    suppressed = desk.changed_by(versioned("V3_0", "ForgesClaims"))
    equal(suppressed, ({**groups, "cognito:roles": None, "cognito:preferred_role": None}, groups))


def endpoints_of(house, domain):
    """Gives the pool a domain, and tells its endpoints for authorization and for tokens."""
    admin.create_user_pool_domain(UserPoolId=house.pool_id, Domain=domain)
    document = requests.get(f"{ENDPOINT}/{house.pool_id}/.well-known/openid-configuration", timeout=10).json()
    return document["authorization_endpoint"], document["token_endpoint"]


def a_machine():
    """A machine's token is changed by version 3 alone, which is told the metadata of the request."""
    house = House({})
    scope = {"ScopeName": "write", "ScopeDescription": "Write"}
    admin.create_resource_server(UserPoolId=house.pool_id, Identifier="reports", Name="reports", Scopes=[scope])
    client = admin.create_user_pool_client(
        UserPoolId=house.pool_id,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["reports/write"],
    )["UserPoolClient"]
    _, endpoint = endpoints_of(house, "machine")

    def claims(version):
        admin.update_user_pool(UserPoolId=house.pool_id, LambdaConfig=versioned(version))
        asked = {"grant_type": "client_credentials", "aws_client_metadata": '{"job":"nightly"}'}
        credentials = (client["ClientId"], client["ClientSecret"])
        answer = requests.post(endpoint, data=asked, auth=credentials, timeout=10)
        equal(answer.status_code, 200)
        return verify(ENDPOINT, house.pool_id, client["ClientId"], answer.json()["access_token"])

    equal(claims("V2_0")["scope"], "reports/write")
    house.hears()
    token = claims("V3_0")
    equal(token["scope"], "reports/write reports:read")
    equal({name: token[name] for name in (*CLAIMS, *ANY_TYPE)}, {**CLAIMS, **ANY_TYPE})
    request = {
        "userAttributes": {},
        "groupConfiguration": None,
        "scopes": ["reports/write"],
        "clientMetadata": {"job": "nightly"},
    }
    source = {"version": "3", "client_id": client["ClientId"]}
    house.hears(
        house.event("TokenGeneration_ClientCredentials", "ClientCredentials", request, TOKENS_V2, **source)
    )


def the_pages():
    """Tokens of a sign-in on the pages, and of their refresh."""
    oauth = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "phone"],
        "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    }
    house = House(versioned("V2_0"), client=oauth)
    attributes = {"sub": house.user("alice"), "cognito:user_status": "CONFIRMED"}
    authorize, token = endpoints_of(house, "pages")
    asked = {"client_id": house.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid phone"}
    back = sign_in(requests.Request("GET", authorize, params=asked).prepare().url)
    [code] = parse_qs(urlsplit(back).query)["code"]

    def tokens(**grant):
        answer = requests.post(token, data={"client_id": house.client_id, **grant}, timeout=10)
        equal(answer.status_code, 200)
        return answer.json()

    def heard(source):
        groups = {"userAttributes": attributes, "groupConfiguration": NO_GROUPS}
        request = {**groups, "scopes": ["openid", "phone"], "clientMetadata": {}}
        house.hears(house.event(source, "alice", request, TOKENS_V2, version="2"))

    first = tokens(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    heard("TokenGeneration_HostedAuth")
    access = verify(ENDPOINT, house.pool_id, house.client_id, first["access_token"])
    equal((access["scope"], access["tenant"]), ("openid reports:read", "north"))
    tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
    heard("TokenGeneration_RefreshTokens")


if __name__ == "__main__":
    play(versions, forgery, a_machine, the_pages)
