"""The functions that the server calls."""

import logging
import tempfile
from pathlib import Path

from deepaas.model.v2.wrapper import UploadedFile
from webargs import fields, validate

from cloud_cover import config
from cloud_cover.misc import _catch_error

logger = logging.getLogger(__name__)
logger.setLevel(config.LOG_LEVEL)

BASE_DIR = Path(__file__).resolve().parents[1]
THRESHOLDS = {}


@_catch_error
def get_metadata():
    """Say who made the module and which version answers."""
    logger.info("Collecting metadata from: %s", config.API_NAME)
    return {
        "name": config.API_METADATA.get("name"),
        "author": sorted(config.AUTHORS),
        "author-email": config.AUTHORS,
        "description": config.API_METADATA.get("summary"),
        "license": config.API_METADATA.get("license-expression"),
        "version": config.API_METADATA.get("version"),
    }


def warm():
    """Load the model."""
    THRESHOLDS.update(day=0.5, night=0.2)


def get_predict_args():
    """Describe the arguments of a prediction."""
    return {
        "image": fields.Field(
            required=True,
            type="file",
            location="form",
            description="image of the sky, as a binary PGM",
        ),
        "time": fields.Str(required=False, missing="day", enum=["day", "night"]),
        "threshold": fields.Float(
            required=False,
            missing=None,
            description="what counts as cloud; by default as the time says",
            validate=[validate.Range(min=0, max=1)],
        ),
        "bands": fields.List(fields.Float(), required=False, missing=[0.25, 0.75]),
        "options": fields.Str(required=False, missing='{"a": 0}'),
        "loud": fields.Bool(required=False, missing=False),
        "accept": fields.Str(
            description="Media type of the answer",
            missing="application/json",
            validate=validate.OneOf(["application/json", "image/x-portable-graymap"]),
        ),
    }


@_catch_error
def predict(**kwargs):
    """Share of the sky that is clouded, or a picture of where."""
    image = kwargs["image"]
    if not isinstance(image, UploadedFile):
        raise TypeError("no uploaded file")
    width, height, pixels = read(Path(image.filename))
    threshold = kwargs["threshold"]
    if threshold is None:
        threshold = THRESHOLDS[kwargs["time"]]
    if kwargs["accept"] == "image/x-portable-graymap":
        path = Path(tempfile.mkdtemp()) / "clouds.pgm"
        clouds = bytes(255 * (pixel > 255 * threshold) for pixel in pixels)
        path.write_bytes(b"P5 %d %d 255\n" % (width, height) + clouds)
        return path.open("rb")
    cover = sum(pixel > 255 * threshold for pixel in pixels) / len(pixels)
    return {
        "labels": ["cloud", "sky"],
        "probabilities": [cover, 1 - cover],
        "bands": [sum(pixel > 255 * band for pixel in pixels) for band in kwargs["bands"]],
        "file": [image.name, image.content_type, image.original_filename],
        "loud": kwargs["loud"],
        "options": kwargs["options"],
    }


def get_train_args():
    """Describe the arguments of a training."""
    return {
        "epoch_num": fields.Int(required=False, missing=10, description="Total number of training epochs"),
        "rate": fields.Float(required=False, missing=0.1),
    }


def train(**kwargs):
    """Pretend to learn."""
    loss = 1.0
    for _ in range(kwargs["epoch_num"]):
        loss *= 1 - kwargs["rate"]
    return {"status": "done", "final loss": round(loss, 6)}


def read(path):
    """Width, height and pixels of a binary PGM with a head of one line."""
    head, _, pixels = path.read_bytes().partition(b"\n")
    kind, width, height, _ = head.split()
    if kind != b"P5":
        raise ValueError("not a binary PGM")
    return int(width), int(height), pixels
