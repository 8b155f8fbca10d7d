"""Functions that send codes themselves decrypt them, and what they sent is what the user proves.

Usage: custom_senders_story.py ENDPOINT JOURNAL
"""

import json
import time

from server import PERMANENT, TEMPORARY, admin, app, equal, tokens_of
from triggers import JOURNAL, NO_CLIENT, House, arn, play

KEY_ARN = "arn:aws:kms:us-east-1:000000000000:key/senders"
PHONE_NUMBER = "+15555550100"
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


def by_mail():
    """Each occasion of a mail."""
    house = Sender(SENDERS, AutoVerifiedAttributes=["email"])
    email = "alice@example.com"
    alice = {"ClientId": house.client_id, "Username": "alice"}
    signed_up = app.sign_up(
        **alice,
        Password=PERMANENT,
        UserAttributes=[{"Name": "email", "Value": email}],
        ClientMetadata={"page": "join"},
    )
    equal(signed_up["CodeDeliveryDetails"]["Destination"], "a***@e***")
    attributes = {**house.attributes("alice"), "cognito:user_status": "UNCONFIRMED"}
    house.sent("CustomEmailSender_SignUp", "alice", attributes, {"page": "join"})
    app.resend_confirmation_code(**alice)
    code = house.sent("CustomEmailSender_ResendCode", "alice", attributes)
    app.confirm_sign_up(**alice, ConfirmationCode=code)

    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    app.forgot_password(**alice)
    code = house.sent("CustomEmailSender_ForgotPassword", "alice", attributes)
    app.confirm_forgot_password(**alice, ConfirmationCode=code, Password=PERMANENT)

    access = {"AccessToken": tokens_of(house.begin("alice"))["AccessToken"]}
    app.update_user_attributes(**access, UserAttributes=[{"Name": "email", "Value": "alicia@example.com"}])
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    house.sent("CustomEmailSender_UpdateUserAttribute", "alice", attributes)
    app.get_user_attribute_verification_code(**access, AttributeName="email")
    code = house.sent("CustomEmailSender_VerifyUserAttribute", "alice", attributes)
    app.verify_user_attribute(**access, AttributeName="email", Code=code)
    equal(house.attributes("alice")["email_verified"], "true")

    password = "Come<in>&1"
    attributes = [{"Name": "email", "Value": "bob@example.com"}]
    bob = {"UserPoolId": house.pool_id, "Username": "bob", "TemporaryPassword": password}
    admin.admin_create_user(**bob, UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"])
    attributes = {**house.attributes("bob"), "cognito:user_status": "FORCE_CHANGE_PASSWORD"}
    sent = house.sent("CustomEmailSender_AdminCreateUser", "bob", attributes, client_id=NO_CLIENT)
    equal(sent, "Come&lt;in&gt;&amp;1")
    equal(house.begin("bob", password)["ChallengeName"], "NEW_PASSWORD_REQUIRED")


def by_sms():
    """A code that a sign-in asks for."""
    sender = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
    house = Sender(SENDERS, SmsConfiguration=sender)
    admin.set_user_pool_mfa_config(
        UserPoolId=house.pool_id, SmsMfaConfiguration={"SmsConfiguration": sender}, MfaConfiguration="ON"
    )
    house.user("alice", phone_number=PHONE_NUMBER, phone_number_verified="true")
    attributes = {**house.attributes("alice"), "cognito:user_status": "CONFIRMED"}
    challenge = house.begin("alice")
    code = house.sent("CustomSMSSender_Authentication", "alice", attributes)
    tokens_of(house.answer(challenge, {"USERNAME": "alice", "SMS_MFA_CODE": code}))

    bob = {"UserPoolId": house.pool_id, "Username": "bob", "TemporaryPassword": TEMPORARY}
    admin.admin_create_user(**bob, UserAttributes=[{"Name": "phone_number", "Value": PHONE_NUMBER}])
    attributes = {**house.attributes("bob"), "cognito:user_status": "FORCE_CHANGE_PASSWORD"}
    sent = house.sent("CustomSMSSender_AdminCreateUser", "bob", attributes, client_id=NO_CLIENT)
    equal(sent, TEMPORARY)


if __name__ == "__main__":
    play(by_mail, by_sms)
