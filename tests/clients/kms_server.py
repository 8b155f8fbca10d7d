"""A KMS with one key: moto's.

The first line printed is its port, the second the ARN of the key. It stops when its standard input closes.
"""

import logging
import sys

import botocore.session
from moto.server import ThreadedMotoServer

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    kms = botocore.session.get_session().create_client(
        "kms",
        region_name="eu-west-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    print(port, arn, sep="\n", flush=True)
    sys.stdin.read()
