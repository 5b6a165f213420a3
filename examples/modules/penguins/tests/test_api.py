"""What a caller may count on, with the values and files people send."""

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from marshmallow import Schema, ValidationError

from fairhaven_penguins import api

SAMPLE = Path(__file__).parents[1] / "samples" / "penguins-12.csv"
GENTOO = {"bill_length_mm": 46.5, "bill_depth_mm": 13.5, "flipper_length_mm": 210.0, "body_mass_g": 4550.0}
HEADER = "bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g"


class Upload(NamedTuple):
    """The named tuple that servers pass for a file."""

    name: str
    filename: str
    content_type: str
    original_filename: str


def upload(path: Path) -> Upload:
    return Upload("penguins", str(path), "text/csv", path.name)


def one(**values: Any) -> dict[str, Any]:
    answer = api.predict(**values)
    assert isinstance(answer, dict)
    return answer


def many(path: Path) -> list[dict[str, Any]]:
    answer = api.predict(penguins=upload(path))
    assert isinstance(answer, list)
    return answer


def test_the_entry_point_leads_to_the_api() -> None:
    (entry,) = entry_points(group="deepaas.v2.model", name="penguins")
    assert entry.load() is api


def test_the_metadata_says_who_and_which_version() -> None:
    about = api.get_metadata()
    assert about["name"] == "penguins"
    assert about["license"] == "Apache-2.0"
    assert all(isinstance(value, str) and value for value in about.values())


def test_one_penguin_is_named_with_sorted_probabilities() -> None:
    answer = one(**GENTOO, island="Biscoe", sex="female")
    assert answer["labels"][0] == "Gentoo"
    assert answer["probabilities"][0] > 0.9
    assert answer["probabilities"] == sorted(answer["probabilities"], reverse=True)
    assert sum(answer["probabilities"]) == pytest.approx(1)
    assert json.loads(json.dumps(answer)) == answer


def test_the_default_arguments_make_a_good_question() -> None:
    arguments = Schema.from_dict(api.get_predict_args())().load({})
    assert one(**arguments)["labels"][0] == "Gentoo"


def test_the_explanation_names_every_feature_strongest_first() -> None:
    explanation = one(**GENTOO, island="Biscoe", sex="female")["explanation"]
    strengths = [abs(part) for part in explanation["contributions"]]
    assert explanation["species"] == "Gentoo"
    assert set(explanation["labels"]) == {*GENTOO, "island", "sex"}
    assert strengths == sorted(strengths, reverse=True)


def test_what_is_unknown_explains_nothing() -> None:
    explanation = one(**GENTOO)["explanation"]
    parts = dict(zip(explanation["labels"], explanation["contributions"], strict=True))
    assert parts["sex"] == pytest.approx(0)
    assert parts["island"] == pytest.approx(0)
    assert parts["bill_depth_mm"] > 0.5


def test_a_table_is_answered_row_by_row() -> None:
    rows = many(SAMPLE)
    truth = pd.read_csv(SAMPLE)["species"].tolist()
    assert [row["row"] for row in rows] == list(range(1, 13))
    assert [row["species"] for row in rows] == truth
    assert all(row["probability"] == row[row["species"]] for row in rows)
    assert json.loads(json.dumps(rows)) == rows


def test_a_table_and_single_values_agree(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(f"{HEADER},island,sex\n46.5,13.5,210,4550,Biscoe,female\n")
    single = one(**GENTOO, island="Biscoe", sex="female")
    assert many(path)[0]["probability"] == pytest.approx(single["probabilities"][0])


def test_empty_cells_and_missing_choices_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text(f"{HEADER}\n46.5,13.5,,4550\n38.0,,185,\n")
    assert [row["species"] for row in many(path)] == ["Gentoo", "Adelie"]


def test_an_empty_file_field_means_no_file() -> None:
    assert one(penguins="", **GENTOO)["labels"][0] == "Gentoo"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a CSV table"),
        (f"{HEADER}\n1,46.5,13.5,210,4550\n", "more cells than"),
        (f"{HEADER}\n", "1 to 100,000 rows"),
        ("island,sex\nDream,male\n", "no column bill_length_mm"),
        (f"{HEADER}\n46.5,13.5,210,4550\nlong,13.5,210,4550\n", "row 2, column bill_length_mm: 'long'"),
        (f"{HEADER}\n46.5,13.5,2100,4550\n", "'2100' is not a number from 130 to 280 mm"),
        (f"{HEADER},island\n46.5,13.5,210,4550,Atlantis\n", "'Atlantis' is not one of Biscoe, Dream"),
    ],
)
def test_a_bad_table_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        many(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    with pytest.raises(ValueError, match="not a CSV table"):
        many(path)


def test_a_single_value_out_of_range_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="body_mass_g: '4' is not a number from 1500 to 9000 g"):
        one(**{**GENTOO, "body_mass_g": 4})


@pytest.mark.parametrize("wrong", [{"island": "Atlantis"}, {"bill_length_mm": 500}, {"sex": "x"}])
def test_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Schema.from_dict(api.get_predict_args())().load(wrong)
