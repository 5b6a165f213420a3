"""A module that answers piece by piece."""

from pathlib import Path

from webargs import fields


def get_predict_args():
    return {
        "count": fields.Int(missing=3),
        "fail_at": fields.Int(missing=-1),
        "gate": fields.Str(description="a named pipe to wait at before the last piece"),
        "note": fields.Str(description="a file that tells when the generator was closed"),
        "data": fields.Field(required=False, type="file", location="form"),
    }


def predict(count, fail_at, gate=None, note=None, data=None):
    try:
        for number in range(count):
            if number == fail_at:
                raise RuntimeError("the well ran dry")
            if gate and number == count - 1:
                Path(gate).read_text()
            size = Path(data.filename).stat().st_size if data else None
            yield {"number": number, "size": size}
    finally:
        if note:
            Path(note).write_text("closed")
