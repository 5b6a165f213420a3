"""A module that tells which process answers, and whose training keeps all processors busy."""

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

from webargs import fields


def get_train_args():
    return {"seconds": fields.Float(required=True)}


def predict():
    return os.getpid()


def train(seconds):
    """Keep every processor busy, as a training does; how many rounds each made."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor() as threads:
        return list(threads.map(_burn, [until] * os.cpu_count()))


def _burn(until):
    rounds = 0
    while time.monotonic() < until:
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 10_000)  # lets go of the interpreter's lock
        rounds += 1
    return rounds
