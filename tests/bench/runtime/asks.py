"""What the servers are asked: the same four numbers in each one's protocol, an image, a small picture."""

import base64
import json
import random

from tests.bench.runtime.load import Ask

NUMBERS = [1.0, 2.0, 3.0, 4.0]
_TENSOR = {"name": "values", "shape": [4], "datatype": "FP64", "data": NUMBERS}

ECHO = Ask("/v2/models/echo/predict/", json.dumps({"values": NUMBERS}).encode(), expect=b"1.0")
INFER = Ask("/v2/models/echo/infer", json.dumps({"inputs": [_TENSOR]}).encode(), expect=b"1.0")
BENTO = Ask("/predict", ECHO.body, expect=b"1.0")
WHO = Ask("/v2/models/busy/predict/", expect=b"OK")
HELLO = Ask("/v2/models/bare/predict/", expect=b"hello")


def image(size: int) -> Ask:
    """An upload of so many bytes, as a browser's form sends it."""
    boundary = "fairhaven-bench"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="sea.jpg"\r\n'
    content = random.Random(7).randbytes(size)
    body = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content + f"\r\n--{boundary}--\r\n".encode()
    media = f"multipart/form-data; boundary={boundary}"
    return Ask("/v2/models/image/predict/", body, media, expect=str(size).encode())


def pixels(count: int) -> Ask:
    """A small picture, one byte a pixel."""
    sent = base64.b64encode(random.Random(7).randbytes(count)).decode()
    return Ask("/v2/models/mlp/predict/", json.dumps({"pixels": sent}).encode(), expect=b"label")


def train(seconds: float, threads: int) -> Ask:
    """The start of a training that computes in so many threads."""
    return Ask(f"/v2/models/busy/train/?seconds={seconds:g}&threads={threads}", expect=b"running")
