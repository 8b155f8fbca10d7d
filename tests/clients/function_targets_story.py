"""Functions behind plain HTTP and functions that are commands receive the same events, and fail as clearly.

Usage: function_targets_story.py ENDPOINT JOURNAL
"""

from server import ENDPOINT, PERMANENT, app, equal, refused, tokens_of
from triggers import NO_GROUPS, PRE_SIGN_UP, TOKENS_V1, House, play
from verify_token import verify

EMAIL = "alice@staff.example.com"


def named(way, function):
    """The ARN of a function that is reached in this way."""
    return f"arn:aws:lambda:us-east-1:000000000000:function:by-{way}-{function}"


def sign_up(house):
    """Signs up somebody whom the function confirms."""
    attributes = [{"Name": "email", "Value": EMAIL}]
    alice = {"Username": "alice", "Password": PERMANENT, "UserAttributes": attributes}
    return app.sign_up(ClientId=house.client_id, **alice)


def obedient(way):
    """The events of PreSignUp and PreTokenGeneration, and what comes of the answers."""
    house = House({trigger: named(way, trigger) for trigger in ("PreSignUp", "PreTokenGeneration")})
    signed_up = sign_up(house)
    equal(signed_up["UserConfirmed"], True)
    tokens = tokens_of(house.begin("alice"))
    identity = verify(ENDPOINT, house.pool_id, house.client_id, tokens["IdToken"])
    equal((identity["tenant"], identity["email_verified"]), ("north", True))
    judged = {"userAttributes": {"email": EMAIL}, "validationData": None, "clientMetadata": {}}
    attributes = {"sub": signed_up["UserSub"], "email": EMAIL, "email_verified": "true"}
    attributes["cognito:user_status"] = "CONFIRMED"
    claims = {"userAttributes": attributes, "groupConfiguration": NO_GROUPS, "clientMetadata": {}}
    house.hears(
        house.event("PreSignUp_SignUp", "alice", judged, PRE_SIGN_UP),
        house.event("TokenGeneration_Authentication", "alice", claims, TOKENS_V1),
    )


def misbehaving(way):
    """Functions that fail, or answer what is no event."""
    for function, name, message in (
        ("Throws", "UserLambdaValidationException", "PreSignUp failed with error My error."),
        ("ReturnsNull", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("ReturnsText", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ):
        with refused(name, message):
            sign_up(House({"PreSignUp": named(way, function)}))


def by_http():
    """A service that checks the signature of each event."""
    obedient("http")
    misbehaving("http")


def by_command():
    """A program that is run for each event."""
    obedient("command")
    misbehaving("command")


def nowhere():
    """A function that this server has no target for."""
    with refused("UnexpectedLambdaException", "PreSignUp invocation failed due to configuration"):
        sign_up(House({"PreSignUp": named("nothing", "PreSignUp")}))


if __name__ == "__main__":
    play(by_http, by_command, nowhere)
