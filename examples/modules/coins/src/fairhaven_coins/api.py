"""The module as DEEPaaS sees it: what it is, what it takes, what it answers."""

import io
from email.utils import parseaddr
from importlib.metadata import metadata
from typing import Any, Protocol

from webargs import fields, validate

from fairhaven_coins import model


class UploadedFile(Protocol):
    """What the server hands over for a file argument (a named tuple with more in it)."""

    @property
    def filename(self) -> str:
        """Path of the temporary copy."""


def get_metadata() -> dict[str, Any]:
    """Say who made the module and which version answers."""
    about = metadata("fairhaven-coins")
    author, address = parseaddr(about["Author-email"])
    return {
        "name": "coins",
        "version": about["Version"],
        "description": about["Summary"],
        "author": author,
        "author-email": address,
        "license": about["License-Expression"],
        "url": about["Project-URL"].removeprefix("Source, "),
    }


def get_predict_args() -> dict[str, fields.Field]:
    """One image, how to look at it, and how to answer."""
    return {
        "image": fields.Field(
            required=True,
            metadata={
                "type": "file",
                "location": "form",
                "description": "PNG, JPEG or TIFF with separate objects on a background.",
            },
        ),
        "method": fields.Str(
            load_default="watershed",
            validate=validate.OneOf(list(model.METHODS)),
            metadata={"description": "How objects are told from the background; watershed suits most."},
        ),
        "foreground": fields.Str(
            load_default="bright",
            validate=validate.OneOf(["bright", "dark"]),
            metadata={"description": "Whether the objects are brighter or darker than the background."},
        ),
        "min_area": fields.Int(
            load_default=200,
            validate=validate.Range(min=1, max=1_000_000),
            metadata={"description": "Objects of fewer pixels are ignored."},
        ),
        "output": fields.Str(
            load_default="overlay",
            validate=validate.OneOf(["overlay", "mask", "labels"]),
            metadata={"description": "Colours on the image, white on black, or object numbers (16-bit)."},
        ),
        "accept": fields.Str(
            load_default="image/png",
            validate=validate.OneOf(["image/png", "application/json"]),
            metadata={"description": "A picture, or count and measures as JSON."},
        ),
    }


def predict(
    image: UploadedFile,
    method: str = "watershed",
    foreground: str = "bright",
    min_area: int = 200,
    output: str = "overlay",
    accept: str = "image/png",
) -> io.BytesIO | dict[str, Any]:
    """Return the segmentation as a PNG, or its measures when JSON is asked for."""
    grey = model.read(image.filename)
    objects = model.segment(grey, method=method, foreground=foreground, min_area=min_area)
    if accept == "image/png":
        return io.BytesIO(model.draw(grey, objects, output))
    return model.measure(objects)


def get_train_args() -> dict[str, fields.Field]:
    """Nothing is trained here, but `deepaas-cli` asks every module."""
    return {}
