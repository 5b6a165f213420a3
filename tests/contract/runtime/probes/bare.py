"""A module with nothing but `predict`."""


def predict():
    return "hello"
