"""Signs a user in through authlib, which knows the issuer of a pool and nothing else of this server.

Usage: authlib_story.py ENDPOINT
"""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from server import ENDPOINT, PERMANENT, admin, equal

CALLBACK = "https://app.example.com/callback"
EMAIL = "alice@example.com"


class Form(HTMLParser):
    """The first form of a page: where it goes, and what its fields hold."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        if tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")


def sign_in(address):
    """Fills in the sign-in page as a browser does, and gives the address that it is sent back to."""
    browser = requests.Session()
    page = browser.get(address)
    form = Form(page.text)
    filled = form.fields | {"username": "alice", "password": PERMANENT}
    answer = browser.post(urljoin(page.url, form.action), data=filled, allow_redirects=False)
    equal(answer.status_code, 303)
    return answer.headers["Location"]


def discovered(pool_id):
    """What the issuer of a pool publishes, which authlib finds in order, and the keys of its tokens."""
    issuer = f"{ENDPOINT}/{pool_id}"
    document = requests.get(f"{issuer}/.well-known/openid-configuration").json()
    metadata = OpenIDProviderMetadata(document)
    metadata.validate_response_types_supported()
    metadata.validate_subject_types_supported()
    metadata.validate_id_token_signing_alg_values_supported()
    metadata.validate_token_endpoint_auth_methods_supported()
    equal(metadata["issuer"], issuer)
    return metadata, KeySet.import_key_set(requests.get(metadata["jwks_uri"]).json())


def relying_party(method, verified, **pool):
    """Discovery, a code with PKCE, the user, a refresh and a revocation, with a client that shows its secret by `method`."""
    pool_id = admin.create_user_pool(PoolName="authlib", **pool)["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="authlib",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[CALLBACK],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]
    attributes = [{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}]
    admin.admin_create_user(
        UserPoolId=pool_id, Username="alice", MessageAction="SUPPRESS", UserAttributes=attributes
    )
    admin.admin_set_user_password(UserPoolId=pool_id, Username="alice", Password=PERMANENT, Permanent=True)

    metadata, keys = discovered(pool_id)
    session = OAuth2Session(
        client["ClientId"],
        client["ClientSecret"],
        token_endpoint_auth_method=method,
        scope="openid email",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    verifier, nonce = generate_token(48), generate_token(20)
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    back = sign_in(address)
    equal(parse_qs(urlsplit(back).query)["state"], [state])
    answer = {"authorization_response": back, "code_verifier": verifier, "state": state}
    token = session.fetch_token(metadata["token_endpoint"], **answer)
    options = {"iss": {"value": metadata["issuer"]}, "aud": {"value": client["ClientId"]}}
    identity = jwt.decode(token["id_token"], keys)
    claims = CodeIDToken(
        identity.claims,
        identity.header,
        options,
        {"nonce": nonce, "client_id": client["ClientId"], "access_token": token["access_token"]},
    )
    claims.validate()
    user = session.get(metadata["userinfo_endpoint"]).json()
    equal((user["sub"], user["email"], user["email_verified"]), (claims["sub"], EMAIL, verified))

    refresh_token = token["refresh_token"]
    renewed = session.refresh_token(metadata["token_endpoint"], refresh_token=refresh_token)
    equal(jwt.decode(renewed["id_token"], keys).claims["sub"], claims["sub"])
    equal(session.revoke_token(metadata["revocation_endpoint"], token=refresh_token).status_code, 200)
    for attempt in (
        lambda: session.refresh_token(metadata["token_endpoint"], refresh_token=refresh_token),
        lambda: session.fetch_token(metadata["token_endpoint"], **answer),
    ):
        try:
            attempt()
        except OAuthError as error:
            equal(error.error, "invalid_grant")
        else:
            raise AssertionError("what was used or revoked was good again")


if __name__ == "__main__":
    relying_party("client_secret_basic", "true")
    relying_party("client_secret_post", True, UserPoolTags={"oidc_strict": "true"})
    print(f"{relying_party.__name__}: passed", flush=True)
