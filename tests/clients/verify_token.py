"""Verifies a token as a resource server would: discovery, published keys, signature, issuer, audience, expiry.

Usage: verify_token.py ENDPOINT USER_POOL_ID CLIENT_ID TOKEN
Prints the claims as JSON; any doubt is an exception.
"""

import json
import sys
import urllib.request

import jwt


def verify(endpoint, user_pool_id, client_id, token):
    """Gives the claims of a token, once it has verified through the pool's discovery document and key set."""
    header = jwt.get_unverified_header(token)
    assert set(header) == {"kid", "alg"}, f"the header is exactly kid and alg, not {header}"

    issuer = f"{endpoint}/{user_pool_id}"
    with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=10) as response:
        discovery = json.load(response)
    assert discovery["jwks_uri"].endswith(f"/{user_pool_id}/.well-known/jwks.json"), discovery["jwks_uri"]
    assert discovery["id_token_signing_alg_values_supported"] == ["RS256"], discovery

    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json", timeout=10)
    published = keys.get_jwk_set().keys
    assert len(published) == 2, f"a pool publishes two keys, not {len(published)}"

    # An access token names its client in client_id, and has no audience.
    is_id_token = jwt.decode(token, options={"verify_signature": False})["token_use"] == "id"
    claims = jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=discovery["issuer"],
        audience=client_id if is_id_token else None,
        options={"require": ["exp", "iat", "iss", "jti", "sub", "token_use"]},
    )
    assert is_id_token or ("aud" not in claims and claims["client_id"] == client_id), claims
    return claims


if __name__ == "__main__":
    print(json.dumps(verify(*sys.argv[1:])))
