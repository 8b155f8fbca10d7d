"""Remembers a user's device against a running server, through pycognito.

Usage: pycognito_devices_story.py ENDPOINT
"""

from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

import requests
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from pyotp import TOTP

from pycognito_story import INCORRECT, App
from server import ENDPOINT, PERMANENT, admin, app, equal, refused

AWS = "https://cognito-idp.us-east-1.amazonaws.com/"


@contextmanager
def sent_here():
    """pycognito sends what it does with devices to AWS, wherever its client is; in the block it is sent to the server."""
    post = requests.post

    def redirected(url, **request):
        equal(url, AWS)
        return post(ENDPOINT, **request)

    with patch("pycognito.aws_srp.requests.post", redirected):
        yield


def remembered_device():
    """A remembered device is not asked for a second factor; another is, and so is this one once it is forgotten."""
    house = App(
        "pycognito remembered device",
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    )
    house.invite("alice")
    house.set_password("alice", PERMANENT)
    here = house.srp("alice", PERMANENT)
    answer = here.authenticate_user()
    access_token = answer["AuthenticationResult"]["AccessToken"]
    demand_codes_of_an_app(house, access_token)

    device = answer["AuthenticationResult"]["NewDeviceMetadata"]
    with sent_here():
        confirmed, password = here.confirm_device(answer, "Laptop")
        equal((confirmed.status_code, confirmed.json()), (200, {"UserConfirmationNecessary": True}))
        here.update_device_status(True, access_token, device["DeviceKey"])
    attributes = app.get_device(AccessToken=access_token, DeviceKey=device["DeviceKey"])["Device"]["DeviceAttributes"]
    attributes = {attribute["Name"]: attribute["Value"] for attribute in attributes}
    equal((attributes["device_name"], attributes["dev:device_remembered_status"]), ("Laptop", "remembered"))

    def known(proof):
        """The user at this device, with what is taken for the password of the device."""
        user = house.srp("alice", PERMANENT)
        user.device_key, user.device_group_key = device["DeviceKey"], device["DeviceGroupKey"]
        user.device_password = proof
        return user

    tokens = known(password).authenticate_user()["AuthenticationResult"]
    equal(house.verified(tokens)["cognito:username"], "alice")
    equal("NewDeviceMetadata" in tokens, False)
    with refused("NotAuthorizedException", INCORRECT):
        known(password[::-1]).authenticate_user()
    asked_for_a_code(house.srp("alice", PERMANENT))

    with sent_here():
        here.forget_device(access_token, device["DeviceKey"])
    asked_for_a_code(house.srp("alice", PERMANENT))
    with refused("ResourceNotFoundException", "Device does not exist."):
        app.get_device(AccessToken=access_token, DeviceKey=device["DeviceKey"])


def demand_codes_of_an_app(house, access_token):
    """Lets users have second factors, and has this one prefer codes of an authenticator app."""
    apps = {"Enabled": True}
    admin.set_user_pool_mfa_config(
        UserPoolId=house.pool_id, SoftwareTokenMfaConfiguration=apps, MfaConfiguration="OPTIONAL"
    )
    phone = TOTP(app.associate_software_token(AccessToken=access_token)["SecretCode"])
    app.verify_software_token(AccessToken=access_token, UserCode=phone.at(datetime.now()))
    preferred = {"Enabled": True, "PreferredMfa": True}
    app.set_user_mfa_preference(AccessToken=access_token, SoftwareTokenMfaSettings=preferred)


def asked_for_a_code(user):
    """The password alone does not sign in."""
    try:
        user.authenticate_user()
    except SoftwareTokenMFAChallengeException as challenge:
        equal(challenge.message, "Do Software Token MFA")
    else:
        raise AssertionError("a password signed in alone")


if __name__ == "__main__":
    remembered_device()
    print(f"{remembered_device.__name__}: passed", flush=True)
