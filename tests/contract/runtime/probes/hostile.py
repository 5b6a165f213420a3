"""A module whose author tries to write HTML into pages."""

from webargs import fields, validate

EVIL = "<script>window.hit = true</script><img src=x onerror='window.hit = true'>\"'&"


def get_metadata():
    return {
        "name": EVIL,
        "description": EVIL,
        "author": EVIL,
        "url": 'https://x.example/"onclick="hit()',
        EVIL: [EVIL],
    }


def get_predict_args():
    return {
        EVIL: fields.Str(missing=EVIL, description=EVIL),
        "pick": fields.Str(missing=EVIL, validate=validate.OneOf([EVIL, "\ud800"])),
        "lines": fields.List(fields.Str(), missing=["</textarea>" + EVIL]),
        "pattern": fields.Str(validate=validate.Regexp(EVIL)),
        "options": fields.Dict(missing={EVIL: EVIL}),
        "data": fields.Field(metadata={"type": "file", "content_type": EVIL}),
    }


def get_train_args():
    return {"mode": fields.Str(missing=EVIL)}


def predict(**given):
    return {EVIL: [{"label": EVIL, "score": 0.9}]}


def train(mode):
    raise ValueError(EVIL)
