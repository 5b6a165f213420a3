"""What a caller may count on, with real image files."""

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from marshmallow import Schema, ValidationError
from PIL import Image, ImageOps

from fairhaven_digits import api

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("digit-*.png"))


class Upload(NamedTuple):
    """The named tuple that servers pass for a file."""

    name: str
    filename: str
    content_type: str
    original_filename: str


def upload(path: Path) -> Upload:
    return Upload("image", str(path), "image/png", path.name)


def test_the_entry_point_leads_to_the_api() -> None:
    (entry,) = entry_points(group="deepaas.v2.model", name="digits")
    assert entry.load() is api


def test_the_metadata_says_who_and_which_version() -> None:
    about = api.get_metadata()
    assert about["name"] == "digits"
    assert about["license"] == "Apache-2.0"
    assert all(isinstance(value, str) and value for value in about.values())


def test_there_are_three_samples() -> None:
    assert len(SAMPLES) == 3


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_each_sample_is_read_as_its_file_name_says(sample: Path) -> None:
    answer = api.predict(image=upload(sample))
    assert answer["labels"][0] == sample.stem.removeprefix("digit-")
    assert answer["probabilities"][0] > 0.8


def test_the_answer_is_sorted_complete_and_json() -> None:
    answer = api.predict(image=upload(SAMPLES[0]))
    chances = answer["probabilities"]
    assert sorted(answer["labels"]) == list("0123456789")
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1)
    assert json.loads(json.dumps(answer)) == answer


def test_top_shortens_the_list() -> None:
    assert len(api.predict(image=upload(SAMPLES[0]), top=3)["labels"]) == 3


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("size", [(40, 40), (90, 60), (1200, 900)])
def test_size_format_and_polarity_do_not_matter(tmp_path: Path, size: tuple[int, int], suffix: str) -> None:
    with Image.open(SAMPLES[0]) as file:
        padded = ImageOps.pad(file, size, color=245)
    for version in (padded, ImageOps.invert(padded)):
        path = tmp_path / f"copy.{suffix}"
        version.save(path)
        assert api.predict(image=upload(path))["labels"][0] == "3"


def test_a_drawing_on_a_transparent_page_is_read(tmp_path: Path) -> None:
    with Image.open(SAMPLES[0]) as file:
        strokes = ImageOps.invert(file)
    drawing = Image.new("RGBA", strokes.size, "black")
    drawing.putalpha(strokes.point(lambda ink: max(0, ink - 10)))
    path = tmp_path / "drawing.png"
    drawing.save(path)
    assert api.predict(image=upload(path))["labels"][0] == "3"


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("these are words")
    with pytest.raises(ValueError, match="send a PNG or JPEG"):
        api.predict(image=upload(path))


def test_a_truncated_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    path.write_bytes(SAMPLES[0].read_bytes()[:2000])
    with pytest.raises(ValueError, match="send a PNG or JPEG"):
        api.predict(image=upload(path))


def test_a_blank_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.new("L", (80, 80), 255).save(path)
    with pytest.raises(ValueError, match="looks blank"):
        api.predict(image=upload(path))


def test_a_huge_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (8000, 8000)).save(path)
    with pytest.raises(ValueError, match="at most 40 million"):
        api.predict(image=upload(path))


@pytest.mark.parametrize("wrong", [{"C": -1}, {"test_size": 0.9}, {"seed": "x"}])
def test_training_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Schema.from_dict(api.get_train_args())().load(wrong)
