"""Every trigger runs where it should, with the whole event that Cognito sends, and its answer has its effect.

Usage: triggers_story.py ENDPOINT JOURNAL
"""

from concurrent.futures import ThreadPoolExecutor

from pycognito.aws_srp import AWSSRP, generate_hash_device

from server import PERMANENT, TEMPORARY, admin, app, emailed_code, equal, newest_message, refused, tokens_of
from triggers import (
    CREATE,
    CUSTOM_MESSAGE,
    DEFINE,
    NO_CLIENT,
    NO_GROUPS,
    PRE_SIGN_UP,
    TOKENS_V1,
    USER_MIGRATION,
    VERIFY,
    House,
    arn,
    functions,
    play,
)

SELF_SERVICE = functions("PreSignUp", "PostConfirmation", "CustomMessage")
SIGN_IN = functions("PreAuthentication", "PostAuthentication", "PreTokenGeneration")
CUSTOM_AUTH = functions("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
PHONE_NUMBER = "+15555550100"


def wording(attributes, metadata=None, username=None):
    """What CustomMessage is told."""
    return {
        "userAttributes": attributes,
        "codeParameter": "{####}",
        "usernameParameter": username,
        "clientMetadata": metadata or {},
    }


def sign_up():
    """PreSignUp, CustomMessage and PostConfirmation of somebody who signs up."""
    house = House(SELF_SERVICE, AutoVerifiedAttributes=["email"])
    email = "alice@example.com"
    given = {"email": email}
    metadata, data = {"campaign": "spring"}, {"captcha": "7"}
    alice = {"ClientId": house.client_id, "Username": "alice"}
    signed_up = app.sign_up(
        **alice,
        Password=PERMANENT,
        UserAttributes=[{"Name": "email", "Value": email}],
        ClientMetadata=metadata,
        ValidationData=[{"Name": "captcha", "Value": "7"}],
    )
    attributes = {"sub": signed_up["UserSub"], "email_verified": "false", **given}
    unconfirmed = {**attributes, "cognito:user_status": "UNCONFIRMED"}
    judged = {"userAttributes": given, "validationData": data, "clientMetadata": metadata}
    house.hears(
        house.event("PreSignUp_SignUp", "alice", judged, PRE_SIGN_UP),
        house.event("CustomMessage_SignUp", "alice", wording(unconfirmed, metadata), CUSTOM_MESSAGE),
    )

    app.resend_confirmation_code(**alice, ClientMetadata=metadata)
    house.hears(house.event("CustomMessage_ResendCode", "alice", wording(unconfirmed, metadata), CUSTOM_MESSAGE))

    message = newest_message(email, "resend-code")
    code = message["code"]
    equal(message["subject"], "ResendCode of Example")
    equal(message["body"], f"<p>alice: <b>{code}</b> for ResendCode</p>")
    with refused("UserLambdaValidationException", "PostConfirmation failed with error The welcome is out of order."):
        app.confirm_sign_up(**alice, ConfirmationCode=code, ClientMetadata={"welcome": "none"})
    equal(house.status("alice"), "CONFIRMED")
    confirmed = {**attributes, "email_verified": "true", "cognito:user_status": "CONFIRMED"}
    told = {"userAttributes": confirmed, "clientMetadata": {"welcome": "none"}}
    house.hears(house.event("PostConfirmation_ConfirmSignUp", "alice", told))


def judged_sign_up():
    """What PreSignUp answers: confirmed at once, or not at all."""
    house = House(SELF_SERVICE, AutoVerifiedAttributes=["email"])
    staff = {"ClientId": house.client_id, "Password": PERMANENT, "Username": "bob"}
    signed_up = app.sign_up(**staff, UserAttributes=[{"Name": "email", "Value": "bob@staff.example.com"}])
    equal(signed_up["UserConfirmed"], True)
    assert "CodeDeliveryDetails" not in signed_up, signed_up
    given = {"email": "bob@staff.example.com"}
    attributes = {"sub": signed_up["UserSub"], "email_verified": "true", **given}
    equal(house.attributes("bob"), attributes)
    judged = {"userAttributes": given, "validationData": None, "clientMetadata": {}}
    confirmed = {"userAttributes": {**attributes, "cognito:user_status": "CONFIRMED"}, "clientMetadata": {}}
    house.hears(
        house.event("PreSignUp_SignUp", "bob", judged, PRE_SIGN_UP),
        house.event("PostConfirmation_ConfirmSignUp", "bob", confirmed),
    )

    spam = {"ClientId": house.client_id, "Password": PERMANENT, "Username": "mallory"}
    closed = "PreSignUp failed with error Sign-ups from spam.example.com are closed."
    with refused("UserLambdaValidationException", closed):
        app.sign_up(**spam, UserAttributes=[{"Name": "email", "Value": "mallory@spam.example.com"}])
    with refused("UserNotFoundException", "User does not exist."):
        house.status("mallory")


def administrator():
    """PreSignUp and CustomMessage of somebody whom an administrator makes, and PostConfirmation of what they confirm."""
    house = House({**SELF_SERVICE, **SIGN_IN})
    email = "carol@staff.example.com"
    given = {"email": email}
    made = admin.admin_create_user(
        UserPoolId=house.pool_id,
        Username="carol",
        TemporaryPassword=TEMPORARY,
        UserAttributes=[{"Name": "email", "Value": email}],
        DesiredDeliveryMediums=["EMAIL"],
        ClientMetadata={"desk": "2"},
    )["User"]
    equal(made["UserStatus"], "FORCE_CHANGE_PASSWORD")
    attributes = {"sub": house.attributes("carol")["sub"], "cognito:user_status": "FORCE_CHANGE_PASSWORD", **given}
    judged = {"userAttributes": given, "validationData": None, "clientMetadata": {"desk": "2"}}
    words = wording(attributes, username="{username}")
    no_client = {"client_id": NO_CLIENT}
    house.hears(
        house.event("PreSignUp_AdminCreateUser", "carol", judged, PRE_SIGN_UP, **no_client),
        house.event("CustomMessage_AdminCreateUser", "carol", words, CUSTOM_MESSAGE, **no_client),
    )

    challenge = house.begin("carol", TEMPORARY)
    house.hears(
        house.event(
            "PreAuthentication_Authentication", "carol", {"userAttributes": attributes, "validationData": {}}
        )
    )
    tokens_of(house.answer(challenge, {"USERNAME": "carol", "NEW_PASSWORD": PERMANENT}))
    attributes["cognito:user_status"] = "CONFIRMED"
    claims = {"userAttributes": attributes, "groupConfiguration": NO_GROUPS, "clientMetadata": {}}
    proved = {"userAttributes": attributes, "newDeviceUsed": False, "clientMetadata": {}}
    house.hears(
        house.event("PostAuthentication_Authentication", "carol", proved),
        house.event("TokenGeneration_NewPasswordChallenge", "carol", claims, TOKENS_V1),
    )

    app.sign_up(ClientId=house.client_id, Username="dave", Password=PERMANENT)
    admin.admin_confirm_sign_up(UserPoolId=house.pool_id, Username="dave", ClientMetadata={"desk": "3"})
    attributes = {**house.attributes("dave"), "cognito:user_status": "CONFIRMED"}
    confirmed = {"userAttributes": attributes, "clientMetadata": {"desk": "3"}}
    judged = {"userAttributes": {}, "validationData": None, "clientMetadata": {}}
    house.hears(
        house.event("PreSignUp_SignUp", "dave", judged, PRE_SIGN_UP),
        house.event("PostConfirmation_ConfirmSignUp", "dave", confirmed, **no_client),
    )


def sign_in():
    """PreAuthentication, PostAuthentication and PreTokenGeneration at sign-ins and refreshes."""
    house = House(SIGN_IN)
    sub = house.user("alice")
    attributes = {"sub": sub, "cognito:user_status": "CONFIRMED"}
    role = "arn:aws:iam::000000000000:role/staff"
    admin.create_group(UserPoolId=house.pool_id, GroupName="staff", RoleArn=role, Precedence=1)
    admin.admin_add_user_to_group(UserPoolId=house.pool_id, Username="alice", GroupName="staff")
    groups = {"groupsToOverride": ["staff"], "iamRolesToOverride": [role], "preferredRole": role}
    asked = {"userAttributes": attributes, "validationData": {"network": "office"}}
    proved = {"userAttributes": attributes, "newDeviceUsed": False, "clientMetadata": {}}
    claims = {"userAttributes": attributes, "groupConfiguration": groups, "clientMetadata": {}}

    tokens = tokens_of(house.begin("alice", ClientMetadata={"network": "office"}))
    house.hears(
        house.event("PreAuthentication_Authentication", "alice", asked),
        house.event("PostAuthentication_Authentication", "alice", proved),
        house.event("TokenGeneration_Authentication", "alice", claims, TOKENS_V1),
    )
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}}
    app.initiate_auth(ClientId=house.client_id, **refresh)
    house.hears(house.event("TokenGeneration_RefreshTokens", "alice", claims, TOKENS_V1))
    app.get_tokens_from_refresh_token(
        ClientId=house.client_id, RefreshToken=tokens["RefreshToken"], ClientMetadata={"tab": "4"}
    )
    claims = {**claims, "clientMetadata": {"tab": "4"}}
    house.hears(house.event("TokenGeneration_Authentication", "alice", claims, TOKENS_V1))

    abroad = "PreAuthentication failed with error Sign-ins from abroad are closed."
    with refused("UserLambdaValidationException", abroad):
        house.begin("alice", ClientMetadata={"network": "abroad"})
    asked = {**asked, "validationData": {"network": "abroad"}}
    house.hears(house.event("PreAuthentication_Authentication", "alice", asked))


def known_device():
    """PostAuthentication and PreTokenGeneration of a sign-in that ends with the proof of a remembered device."""
    remembering = {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False}
    house = House(SIGN_IN, DeviceConfiguration=remembering)
    attributes = {"sub": house.user("alice"), "cognito:user_status": "CONFIRMED"}
    alice = {"username": "alice", "password": PERMANENT, "pool_id": house.pool_id, "client_id": house.client_id}
    tokens = AWSSRP(**alice, client=app).authenticate_user()["AuthenticationResult"]
    device = tokens["NewDeviceMetadata"]
    keys = {"device_key": device["DeviceKey"], "device_group_key": device["DeviceGroupKey"]}
    password, secret = generate_hash_device(device["DeviceGroupKey"], device["DeviceKey"])
    verifier = {"PasswordVerifier": secret["PasswordVerifier"], "Salt": secret["Salt"]}
    app.confirm_device(
        AccessToken=tokens["AccessToken"], DeviceKey=device["DeviceKey"], DeviceSecretVerifierConfig=verifier
    )

    asked = {"userAttributes": attributes, "validationData": {}}
    proved = {"userAttributes": attributes, "newDeviceUsed": True, "clientMetadata": {}}
    claims = {"userAttributes": attributes, "groupConfiguration": NO_GROUPS, "clientMetadata": {}}
    house.hears(
        house.event("PreAuthentication_Authentication", "alice", asked),
        house.event("PostAuthentication_Authentication", "alice", proved),
        house.event("TokenGeneration_Authentication", "alice", claims, TOKENS_V1),
    )
    tokens_of(AWSSRP(**alice, **keys, device_password=password, client=app).authenticate_user())
    proved["newDeviceUsed"] = False
    house.hears(
        house.event("PreAuthentication_Authentication", "alice", asked),
        house.event("PostAuthentication_Authentication", "alice", proved),
        house.event("TokenGeneration_AuthenticateDevice", "alice", claims, TOKENS_V1),
    )


def codes_by_sms():
    """CustomMessage of a code that a sign-in asks for, and the metadata of its answer."""
    sender = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
    house = House({**SIGN_IN, **functions("CustomMessage")}, SmsConfiguration=sender)
    admin.set_user_pool_mfa_config(
        UserPoolId=house.pool_id, SmsMfaConfiguration={"SmsConfiguration": sender}, MfaConfiguration="ON"
    )
    house.user("alice", phone_number=PHONE_NUMBER, phone_number_verified="true")
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    challenge = house.begin("alice", ClientMetadata={"leg": "1"})
    equal(challenge["ChallengeName"], "SMS_MFA")
    asked = {"userAttributes": attributes, "validationData": {"leg": "1"}}
    house.hears(
        house.event("PreAuthentication_Authentication", "alice", asked),
        house.event("CustomMessage_Authentication", "alice", wording(attributes), CUSTOM_MESSAGE),
    )
    code = emailed_code(PHONE_NUMBER, "authentication")
    responses = {"USERNAME": "alice", "SMS_MFA_CODE": code}
    broken = "PostAuthentication failed with error The audit is out of order."
    with refused("UserLambdaValidationException", broken):
        house.answer(challenge, responses, ClientMetadata={"audit": "broken"})
    proved = {"userAttributes": attributes, "newDeviceUsed": False, "clientMetadata": {"audit": "broken"}}
    house.hears(house.event("PostAuthentication_Authentication", "alice", proved))


def forgotten_password():
    """CustomMessage and PostConfirmation of a password that was forgotten."""
    house = House(SELF_SERVICE)
    email = "alice@example.com"
    house.user("alice", email=email, email_verified="true")
    house.heard = len(house.events())
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    alice = {"ClientId": house.client_id, "Username": "alice"}
    app.forgot_password(**alice, ClientMetadata={"page": "help"})
    words = wording(attributes, {"page": "help"})
    house.hears(house.event("CustomMessage_ForgotPassword", "alice", words, CUSTOM_MESSAGE))
    code = emailed_code(email, "forgot-password")
    app.confirm_forgot_password(**alice, ConfirmationCode=code, Password="Another1!", ClientMetadata={"page": "new"})
    told = {"userAttributes": attributes, "clientMetadata": {"page": "new"}}
    house.hears(house.event("PostConfirmation_ConfirmForgotPassword", "alice", told))

    admin.admin_reset_user_password(UserPoolId=house.pool_id, Username="alice", ClientMetadata={"desk": "1"})
    words = wording(attributes, {"desk": "1"})
    house.hears(
        house.event("CustomMessage_ForgotPassword", "alice", words, CUSTOM_MESSAGE, client_id=NO_CLIENT)
    )


def changed_attributes():
    """CustomMessage of an address that was changed, and of one to be verified."""
    house = House(functions("CustomMessage"), AutoVerifiedAttributes=["email"])
    house.user("alice", email="alice@example.com", email_verified="true")
    access = {"AccessToken": tokens_of(house.begin("alice"))["AccessToken"]}
    changed = [{"Name": "email", "Value": "alicia@example.com"}]
    app.update_user_attributes(**access, UserAttributes=changed, ClientMetadata={"form": "1"})
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    equal((attributes["email"], attributes["email_verified"]), ("alicia@example.com", "false"))
    words = wording(attributes, {"form": "1"})
    house.hears(house.event("CustomMessage_UpdateUserAttribute", "alice", words, CUSTOM_MESSAGE))
    app.get_user_attribute_verification_code(**access, AttributeName="email", ClientMetadata={"form": "2"})
    words = wording(attributes, {"form": "2"})
    house.hears(house.event("CustomMessage_VerifyUserAttribute", "alice", words, CUSTOM_MESSAGE))


def migration():
    """UserMigration of somebody who signs in, and of somebody who forgot the password."""
    house = House({**functions("UserMigration", "CustomMessage"), **SIGN_IN}, UsernameAttributes=["email"])
    name, password = "erin@former.example.com", "Former-passw0rd"
    tokens_of(house.begin(name, password, ClientMetadata={"leg": "1"}))
    attributes = house.attributes(name)
    username = attributes["sub"]
    expected = {"sub": username, "email": name, "email_verified": "true", "given_name": "Former"}
    equal(attributes, expected)
    attributes = {**attributes, "cognito:user_status": "CONFIRMED"}
    asked = {"password": password, "validationData": {"leg": "1"}, "clientMetadata": {}}
    proved = {"userAttributes": attributes, "newDeviceUsed": False, "clientMetadata": {}}
    claims = {"userAttributes": attributes, "groupConfiguration": NO_GROUPS, "clientMetadata": {}}
    judged = {"userAttributes": attributes, "validationData": {"leg": "1"}}
    house.hears(
        house.event("UserMigration_Authentication", name, asked, USER_MIGRATION),
        house.event("PreAuthentication_Authentication", username, judged),
        house.event("PostAuthentication_Authentication", username, proved),
        house.event("TokenGeneration_Authentication", username, claims, TOKENS_V1),
    )
    tokens_of(house.begin(name, password))
    equal([event["triggerSource"] for event in house.overhears(3)][0], "PreAuthentication_Authentication")

    name = "frank@former.example.com"
    app.forgot_password(ClientId=house.client_id, Username=name, ClientMetadata={"page": "help"})
    attributes = {**house.attributes(name), "cognito:user_status": "RESET_REQUIRED"}
    asked = {"validationData": {}, "clientMetadata": {"page": "help"}}
    words = wording(attributes, {"page": "help"})
    house.hears(
        house.event("UserMigration_ForgotPassword", name, asked, USER_MIGRATION),
        house.event("CustomMessage_ForgotPassword", attributes["sub"], words, CUSTOM_MESSAGE),
    )


def challenges_of_its_own():
    """DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse of a sign-in with one wrong answer."""
    house = House({**CUSTOM_AUTH, **functions("PreAuthentication")})
    house.user("alice", email="alice@example.com", email_verified="true")
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    flow = {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "alice"}}
    challenge = app.initiate_auth(ClientId=house.client_id, **flow, ClientMetadata={"leg": "1"})
    equal(challenge["ChallengeName"], "CUSTOM_CHALLENGE")
    equal(challenge["ChallengeParameters"], {"USERNAME": "alice", "email": "a***@example.com"})

    told = {"userAttributes": attributes, "clientMetadata": {}, "userNotFound": False}
    new = {**told, "challengeName": "CUSTOM_CHALLENGE"}
    house.hears(
        house.event(
            "PreAuthentication_Authentication",
            "alice",
            {"userAttributes": attributes, "validationData": {"leg": "1"}},
        ),
        house.event("DefineAuthChallenge_Authentication", "alice", {**told, "session": []}, DEFINE),
        house.event("CreateAuthChallenge_Authentication", "alice", {**new, "session": []}, CREATE),
    )

    answer = {"USERNAME": "alice", "ANSWER": "wrong"}
    challenge = house.answer(challenge, answer, ClientMetadata={"leg": "2"})
    events = house.events()[house.heard :]
    code = events[0]["request"]["privateChallengeParameters"]["code"]
    assert len(code) == 6 and code.isdigit(), code
    made = {"challengeName": "CUSTOM_CHALLENGE", "challengeMetadata": f"CODE-{code}"}
    session = [{**made, "challengeResult": False}]
    told, new = ({**each, "clientMetadata": {"leg": "2"}} for each in (told, new))
    proof = {**told, "privateChallengeParameters": {"code": code}, "challengeAnswer": "wrong"}
    house.hears(
        house.event("VerifyAuthChallengeResponse_Authentication", "alice", proof, VERIFY),
        house.event("DefineAuthChallenge_Authentication", "alice", {**told, "session": session}, DEFINE),
        house.event("CreateAuthChallenge_Authentication", "alice", {**new, "session": session}, CREATE),
    )

    tokens_of(house.answer(challenge, {"USERNAME": "alice", "ANSWER": code}))
    told = {**told, "clientMetadata": {}}
    proof = {**told, "privateChallengeParameters": {"code": code}, "challengeAnswer": code}
    session = [*session, {**made, "challengeResult": True}]
    house.hears(
        house.event("VerifyAuthChallengeResponse_Authentication", "alice", proof, VERIFY),
        house.event("DefineAuthChallenge_Authentication", "alice", {**told, "session": session}, DEFINE),
    )


UNRECOGNIZABLE = ("InvalidLambdaResponseException", "Unrecognizable lambda output")
MISBEHAVIOUR = {
    "Throws": ("UserLambdaValidationException", "PreSignUp failed with error My error."),
    "ReturnsNull": UNRECOGNIZABLE,
    "ReturnsText": UNRECOGNIZABLE,
    "ReturnsList": UNRECOGNIZABLE,
    "ReturnsOtherResponse": UNRECOGNIZABLE,
    "ReturnsMuch": (
        "UserLambdaValidationException",
        "PreSignUp failed with error Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    ),
    "RenamesUser": (
        "InvalidLambdaResponseException",
        "Invalid user name. User name in Lambda mismatches the actual username.",
    ),
    "Unheard": (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error ResourceNotFoundException.",
    ),
    "Stalls": (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.",
    ),
}


def misbehaviour(function):
    """A way in which a function can fail has its error, and nobody is signed up."""
    house = House({"PreSignUp": arn(function)})
    with refused(*MISBEHAVIOUR[function]):
        app.sign_up(ClientId=house.client_id, Username="alice", Password=PERMANENT)
    with refused("UserNotFoundException", "User does not exist."):
        house.status("alice")


if __name__ == "__main__":
    with ThreadPoolExecutor() as others:
        # A pool is long patient with a function that stalls.
        stalled = others.submit(misbehaviour, "Stalls")
        play(
            sign_up,
            judged_sign_up,
            administrator,
            sign_in,
            known_device,
            codes_by_sms,
            forgotten_password,
            changed_attributes,
            migration,
            challenges_of_its_own,
        )
        for function in MISBEHAVIOUR.keys() - {"Stalls"}:
            misbehaviour(function)
        stalled.result()
