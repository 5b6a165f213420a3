"""A module whose entry point is a class, not a file."""

from webargs import fields


class Model:
    """Everything the contract asks for, as class methods."""

    schema = None

    @staticmethod
    def get_metadata():
        return {"name": "classy", "version": "1"}

    @staticmethod
    def get_predict_args():
        return {"text": fields.Str(required=True)}

    @classmethod
    def predict(cls, text):
        return f"{cls.__name__}: {text}"

    @staticmethod
    def get_train_args():
        raise NotImplementedError
