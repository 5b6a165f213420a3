"""A module that tells which process answers, and whose training keeps processors busy."""

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

from webargs import fields


def get_train_args():
    return {"seconds": fields.Float(required=True), "threads": fields.Int(required=True)}


def predict():
    return os.getpid()


def train(seconds, threads):
    """Compute for so long in so many threads; how many rounds each made."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_burn, [until] * threads))


def _burn(until):
    rounds = 0
    while time.monotonic() < until:
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 10_000)  # lets go of the interpreter's lock
        rounds += 1
    return rounds
