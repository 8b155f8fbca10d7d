"""Functions that send codes themselves decrypt them, and what they sent is what the user proves.

Usage: custom_senders_story.py ENDPOINT JOURNAL
"""

import json
import time

from server import PERMANENT, admin, app, equal, tokens_of
from triggers import JOURNAL, NO_CLIENT, House, arn, play

KEY_ARN = "arn:aws:kms:us-east-1:000000000000:key/senders"
SMS = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
SENDERS = {
    "KMSKeyID": KEY_ARN,
    **{
        sender: {"LambdaArn": arn(sender), "LambdaVersion": "V1_0"}
        for sender in ("CustomEmailSender", "CustomSMSSender")
    },
}


class Sender(House):
    """A pool whose messages are sent by functions."""

    def sent(self, source, username, attributes, metadata=None, *, client_id=None):
        """Waits for the one event since the last, which must be this, and gives what the function has decrypted."""
        [event] = self.overhears(1)
        assert event["request"].pop("code"), "no code"
        kind = "customSMSSenderRequestV1" if source.startswith("CustomSMSSender") else "customEmailSenderRequestV1"
        request = {"type": kind, "userAttributes": attributes, "clientMetadata": metadata or {}}
        equal(event, self.event(source, username, request, client_id=client_id))
        return self.decrypted(source)

    def decrypted(self, source):
        """Waits until the function has said what it decrypted, and gives the newest."""
        deadline = time.monotonic() + 10
        while True:
            with open(JOURNAL, encoding="utf-8") as journal:
                records = [json.loads(line) for line in journal]
            said = [record for record in records if "sent" in record and record["userPoolId"] == self.pool_id]
            if len(said) == self.heard:
                equal(said[-1]["triggerSource"], source)
                return said[-1]["sent"]
            assert time.monotonic() < deadline, f"{source} has decrypted nothing"
            time.sleep(0.02)


def mail():
    """Codes by mail."""
    occasions("CustomEmailSender", "email", "alice@example.com", "alicia@example.com")
    account = {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
    }
    house = Sender(SENDERS, EmailConfiguration=account)
    second_factor(house, "CustomEmailSender", "EMAIL_OTP", EmailMfaConfiguration={})


def sms():
    """Codes by SMS."""
    occasions("CustomSMSSender", "phone_number", "+15555550100", "+15555550101", SmsConfiguration=SMS)
    house = Sender(SENDERS, SmsConfiguration=SMS)
    second_factor(house, "CustomSMSSender", "SMS_MFA", SmsMfaConfiguration={"SmsConfiguration": SMS})


def occasions(sender, attribute, address, other_address, **pool):
    """Each occasion of a code, and of a temporary password, that is sent to the address in an attribute."""
    house = Sender(SENDERS, AutoVerifiedAttributes=[attribute], **pool)
    alice = {"ClientId": house.client_id, "Username": "alice"}
    given = [{"Name": attribute, "Value": address}]
    app.sign_up(**alice, Password=PERMANENT, UserAttributes=given, ClientMetadata={"page": "join"})
    attributes = {**house.attributes("alice"), "cognito:user_status": "UNCONFIRMED"}
    house.sent(f"{sender}_SignUp", "alice", attributes, {"page": "join"})
    app.resend_confirmation_code(**alice)
    code = house.sent(f"{sender}_ResendCode", "alice", attributes)
    app.confirm_sign_up(**alice, ConfirmationCode=code)

    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    app.forgot_password(**alice)
    code = house.sent(f"{sender}_ForgotPassword", "alice", attributes)
    app.confirm_forgot_password(**alice, ConfirmationCode=code, Password=PERMANENT)

    access = {"AccessToken": tokens_of(house.begin("alice"))["AccessToken"]}
    app.update_user_attributes(**access, UserAttributes=[{"Name": attribute, "Value": other_address}])
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    house.sent(f"{sender}_UpdateUserAttribute", "alice", attributes)
    app.get_user_attribute_verification_code(**access, AttributeName=attribute)
    code = house.sent(f"{sender}_VerifyUserAttribute", "alice", attributes)
    app.verify_user_attribute(**access, AttributeName=attribute, Code=code)
    verified = {attribute: other_address, f"{attribute}_verified": "true"}
    equal(house.attributes("alice").items() & verified.items(), verified.items())

    password = "Come<in>&1"
    bob = {"UserPoolId": house.pool_id, "Username": "bob", "TemporaryPassword": password}
    medium = {"email": "EMAIL", "phone_number": "SMS"}[attribute]
    admin.admin_create_user(**bob, UserAttributes=given, DesiredDeliveryMediums=[medium])
    attributes = {**house.attributes("bob"), "cognito:user_status": "FORCE_CHANGE_PASSWORD"}
    sent = house.sent(f"{sender}_AdminCreateUser", "bob", attributes, client_id=NO_CLIENT)
    equal(sent, "Come&lt;in&gt;&amp;1")
    equal(house.begin("bob", password)["ChallengeName"], "NEW_PASSWORD_REQUIRED")


def second_factor(house, sender, challenge_name, **factor):
    """The code that a sign-in asks for."""
    admin.set_user_pool_mfa_config(UserPoolId=house.pool_id, **factor, MfaConfiguration="ON")
    address = {"email": "alice@example.com", "email_verified": "true"}
    house.user("alice", **address, phone_number="+15555550100", phone_number_verified="true")
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    challenge = house.begin("alice")
    equal(challenge["ChallengeName"], challenge_name)
    code = house.sent(f"{sender}_Authentication", "alice", attributes)
    tokens_of(house.answer(challenge, {"USERNAME": "alice", f"{challenge_name}_CODE": code}))


if __name__ == "__main__":
    play(mail, sms)
