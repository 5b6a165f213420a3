"""What a caller may count on, with real image files."""

import io
import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from marshmallow import Schema, ValidationError
from PIL import Image, ImageOps

from fairhaven_coins import api

SAMPLE = Path(__file__).parents[1] / "samples" / "coins-24.png"
COINS = 24


class Upload(NamedTuple):
    """The named tuple that servers pass for a file."""

    name: str
    filename: str
    content_type: str
    original_filename: str


def upload(path: Path) -> Upload:
    return Upload("image", str(path), "image/png", path.name)


def measures(path: Path, **options: Any) -> dict[str, Any]:
    answer = api.predict(image=upload(path), accept="application/json", **options)
    assert isinstance(answer, dict)
    return answer


def picture(path: Path, **options: Any) -> Image.Image:
    answer = api.predict(image=upload(path), accept="image/png", **options)
    assert isinstance(answer, io.BytesIO)
    return Image.open(answer, formats=["PNG"])


def test_the_entry_point_leads_to_the_api() -> None:
    (entry,) = entry_points(group="deepaas.v2.model", name="coins")
    assert entry.load() is api


def test_the_metadata_says_who_and_which_version() -> None:
    about = api.get_metadata()
    assert about["name"] == "coins"
    assert about["license"] == "Apache-2.0"
    assert all(isinstance(value, str) and value for value in about.values())


def test_all_coins_are_counted_and_measured() -> None:
    answer = measures(SAMPLE)
    assert answer["count"] == COINS
    assert len(answer["areas"]) == len(answer["diameters"]) == len(answer["centres"]) == COINS
    assert all(1000 < area < 3500 for area in answer["areas"])
    assert answer["coverage"] == pytest.approx(sum(answer["areas"]) / (384 * 303))
    assert json.loads(json.dumps(answer)) == answer


def test_centres_are_inside_the_image_with_x_first() -> None:
    answer = measures(SAMPLE)
    x, y = np.array(answer["centres"]).T
    assert (answer["width"], answer["height"]) == (384, 303)
    assert 300 < x.max() < 384
    assert y.max() < 303


def test_the_picture_is_the_first_choice() -> None:
    assert isinstance(api.predict(image=upload(SAMPLE)), io.BytesIO)
    assert api.get_predict_args()["accept"].load_default == "image/png"


def test_the_overlay_has_the_size_of_the_image_and_colours() -> None:
    overlay = picture(SAMPLE, output="overlay")
    assert (overlay.size, overlay.mode) == ((384, 303), "RGB")
    assert np.asarray(overlay).std(axis=2).max() > 20


def test_the_mask_is_white_where_the_coins_are() -> None:
    mask = np.asarray(picture(SAMPLE, output="mask"))
    assert set(np.unique(mask)) == {0, 255}
    assert (mask > 0).mean() == pytest.approx(measures(SAMPLE)["coverage"])


def test_the_labels_number_the_coins() -> None:
    labels = np.asarray(picture(SAMPLE, output="labels"))
    assert set(np.unique(labels)) == set(range(COINS + 1))


@pytest.mark.parametrize("method", ["watershed", "otsu", "li", "local"])
def test_every_method_finds_most_coins(method: str) -> None:
    assert 20 <= measures(SAMPLE, method=method, min_area=800)["count"] <= 28


def test_dark_objects_are_found_too(tmp_path: Path) -> None:
    path = tmp_path / "negative.png"
    with Image.open(SAMPLE) as file:
        ImageOps.invert(file).save(path)
    assert measures(path, foreground="dark")["count"] == COINS


def test_min_area_leaves_small_things_out() -> None:
    everything = measures(SAMPLE)
    large = measures(SAMPLE, min_area=2000)
    assert large["areas"] == [area for area in everything["areas"] if area >= 2000]


def test_nothing_large_enough_is_an_empty_answer() -> None:
    assert measures(SAMPLE, min_area=1_000_000)["count"] == 0
    assert np.asarray(picture(SAMPLE, min_area=1_000_000, output="mask")).max() == 0


def test_sixteen_bit_images_keep_their_range(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    with Image.open(SAMPLE) as file:
        Image.fromarray(np.asarray(file).astype(np.uint16) * 257).save(path)
    assert measures(path) == measures(SAMPLE)


def test_colour_jpeg_images_work(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    with Image.open(SAMPLE) as file:
        file.convert("RGB").save(path, quality=95)
    assert measures(path)["count"] == COINS


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("these are words")
    with pytest.raises(ValueError, match="send a PNG, JPEG or TIFF"):
        measures(path)


def test_an_image_of_one_grey_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    Image.new("L", (50, 50), 90).save(path)
    with pytest.raises(ValueError, match="one single grey value"):
        measures(path)


def test_a_method_that_needs_more_grey_values_says_so(tmp_path: Path) -> None:
    path = tmp_path / "two.png"
    two = np.zeros((50, 50), dtype=np.uint8)
    two[10:40, 10:40] = 255
    Image.fromarray(two).save(path)
    with pytest.raises(ValueError, match="choose otsu or li"):
        measures(path)
    assert measures(path, method="otsu")["areas"] == [900]


def test_a_huge_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (8000, 8000)).save(path)
    with pytest.raises(ValueError, match="at most 16 million"):
        measures(path)


def test_unknown_methods_and_outputs_are_named_with_the_choices() -> None:
    with pytest.raises(ValueError, match="choose one of watershed"):
        measures(SAMPLE, method="magic")
    with pytest.raises(ValueError, match="choose overlay"):
        picture(SAMPLE, output="film")


@pytest.mark.parametrize("wrong", [{"method": "magic"}, {"min_area": 0}, {"output": "film"}])
def test_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Schema.from_dict(api.get_predict_args())().load({"image": upload(SAMPLE), **wrong})
