"""A module that tells which process answers, and whose training keeps a processor busy."""

import os
import time

from webargs import fields


def get_train_args():
    return {"seconds": fields.Float(required=True)}


def predict():
    return os.getpid()


def train(seconds):
    until = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < until:
        rounds += sum(range(1000)) > 0
    return rounds
