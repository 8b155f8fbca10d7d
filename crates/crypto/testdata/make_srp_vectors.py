"""Makes srp-vectors.jsonl: 1,000 users who prove their passwords with the arithmetic of independent client libraries.

The client's side is pycognito, and for the last 200 users amazon-cognito-identity-js; the server's side is a few lines
of Python integers. To run: pip install pycognito gmpy2; npm install amazon-cognito-identity-js@6.3.21;
python make_srp_vectors.py > srp-vectors.jsonl
"""

import base64
import hashlib
import json
import random
import subprocess
import sys
import types
import uuid
from datetime import datetime, timedelta, timezone

import gmpy2
from pycognito import aws_srp
from pycognito.aws_srp import AWSSRP, calculate_u, hash_sha256, hex_hash, hex_to_long, long_to_hex, pad_hex

N = hex_to_long(aws_srp.N_HEX)
K = hex_to_long(hex_hash("00" + aws_srp.N_HEX + "02"))
USERS = 1000
BY_JAVASCRIPT = 200
ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789 :!$%&/()=?+*#'\\\"äöüßéñ漢字🔑"

JAVASCRIPT = """
const Helper = require('amazon-cognito-identity-js/lib/AuthenticationHelper').default;
const BigInteger = require('amazon-cognito-identity-js/lib/BigInteger').default;
const { Sha256 } = require('@aws-crypto/sha256-js');
for (const user of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  const helper = new Helper(user.pool);
  helper.largeAValue = undefined;
  helper.smallAValue = new BigInteger(user.a, 16);
  helper.getLargeAValue((error, publicValue) => {
    const salt = new BigInteger(user.salt_sent, 16);
    const shown = new BigInteger(user.srp_b, 16);
    helper.getPasswordAuthenticationKey(user.name, user.password, shown, salt, (error, key) => {
      const hash = new Sha256(key);
      hash.update(Buffer.concat([
        Buffer.from(user.pool, 'utf8'), Buffer.from(user.name, 'utf8'),
        Buffer.from(user.secret_block, 'base64'), Buffer.from(user.timestamp, 'utf8')]));
      console.log(JSON.stringify({
        srp_a: publicValue.toString(16), signature: Buffer.from(hash.digestSync()).toString('base64') }));
    });
  });
}
"""

draw = random.Random("poolhouse")


def power(base, exponent):
    return int(gmpy2.powmod(base, exponent, N))


def zero_digit(integer, digits):
    return integer.bit_length() <= 4 * (digits - 1)


def zero_byte(integer, digits):
    return integer.bit_length() <= 4 * (digits - 2)


# Values that some users of either client have with leading zeros, and their number of hexadecimal digits.
RARE = [
    ("salt", 32, zero_byte), ("salt", 32, zero_digit), ("x", 64, zero_byte), ("x", 64, zero_digit),
    ("v", 768, zero_byte), ("v", 768, zero_digit), ("A", 768, zero_byte), ("A", 768, zero_digit),
    ("B", 768, zero_byte), ("B", 768, zero_digit), ("u", 64, zero_byte), ("u", 64, zero_digit),
    ("S", 768, zero_byte), ("S", 768, zero_digit), ("a", 64, zero_byte), ("b", 64, zero_byte),
]


def draw_user(number):
    """Draws secrets until the value that this user is to have with leading zeros has them."""
    name_of, digits, holds = RARE[number % len(RARE)]
    rare = number < 160 or number >= USERS - 80
    pool = "".join(draw.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") for _ in range(9))
    name = str(uuid.UUID(int=draw.getrandbits(128))) if number % 3 else f"user-{number}@example.com"
    password = "".join(draw.choice(ALPHABET) for _ in range(draw.randint(1, 40)))
    while True:
        values = {"salt": draw.getrandbits(128), "a": draw.getrandbits(256), "b": draw.getrandbits(256)}
        if name_of in values and rare:
            spare = 2 if holds is zero_byte else 1
            values[name_of] = draw.getrandbits(4 * (digits - spare))
        inner = hash_sha256(f"{pool}{name}:{password}".encode("utf-8"))
        values["x"] = hex_to_long(hex_hash(pad_hex(long_to_hex(values["salt"])) + inner))
        if rare and name_of == "x" and not holds(values["x"], digits):
            continue
        values["v"] = power(2, values["x"])
        if rare and name_of == "v" and not holds(values["v"], digits):
            continue
        values["A"] = power(2, values["a"])
        values["B"] = (K * values["v"] + power(N - 2, values["b"])) % N
        values["u"] = calculate_u(values["A"], values["B"])
        values["S"] = power(values["B"] - K * values["v"], values["a"] + values["u"] * values["x"])
        if not rare or holds(values[name_of], digits):
            return pool, name, password, values


def draw_timestamp():
    moment = datetime(2025, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=draw.randrange(2 * 365 * 86400))
    return AWSSRP.get_cognito_formatted_timestamp(moment)


def pycognito_answer(user):
    srp = AWSSRP(
        username=user["name"], password=user["password"], pool_id=f"eu-central-1_{user['pool']}",
        client_id="client", client=types.SimpleNamespace(),
    )
    srp.small_a_value = hex_to_long(user["a"])
    srp.large_a_value = srp.calculate_a()
    AWSSRP.get_cognito_formatted_timestamp = staticmethod(lambda moment: user["timestamp"])
    answer = srp.process_challenge(
        {
            "USER_ID_FOR_SRP": user["name"], "SALT": user["salt_sent"], "SRP_B": user["srp_b"],
            "SECRET_BLOCK": user["secret_block"],
        },
        {"USERNAME": user["name"]},
    )
    return {"srp_a": srp.get_auth_params()["SRP_A"], "signature": answer["PASSWORD_CLAIM_SIGNATURE"]}


def javascript_answers(users):
    run = subprocess.run(
        ["node", "-e", JAVASCRIPT], input=json.dumps(users), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    users = []
    for number in range(USERS):
        pool, name, password, values = draw_user(number)
        users.append({
            "pool": pool, "name": name, "password": password, "salt": f"{values['salt']:032x}",
            "a": f"{values['a']:064x}", "b": f"{values['b']:064x}",
            "secret_block": base64.b64encode(draw.randbytes(48)).decode(), "timestamp": draw_timestamp(),
            "salt_sent": f"{values['salt']:x}", "srp_b": f"{values['B']:x}", "v": f"{values['v']:x}",
        })
    answers = [pycognito_answer(user) for user in users[: USERS - BY_JAVASCRIPT]]
    answers += javascript_answers(users[USERS - BY_JAVASCRIPT :])
    for user, answer in zip(users, answers, strict=True):
        del user["salt_sent"]
        for hashed, text in (("v", user.pop("v")), ("srp_a", answer["srp_a"]), ("srp_b", user.pop("srp_b"))):
            user[f"{hashed}_sha256"] = hashlib.sha256(text.encode()).hexdigest()
        user["signature"] = answer["signature"]
        sys.stdout.write(json.dumps(user, separators=(",", ":")) + "\n")


main()
