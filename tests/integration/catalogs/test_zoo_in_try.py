"""A model of a recorded zoo from its address to an answer in Try, in a whole platform and a real browser."""

import io
import json
import struct
import time
import zlib

import numpy as np
import pytest
from tests.integration.conftest import installing
from tests.recorded import zoo

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import expect  # noqa: E402

from fairhaven.core.testing import browser  # noqa: E402
from fairhaven.core.testing.whole import until  # noqa: E402

SECONDS = 120
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with installing(tmp_path_factory) as install:
        yield install(outbound_allow=json.dumps(["127.0.0.0/8"]))


@pytest.fixture(scope="module")
def builds(whole, models, the_hub):
    """A sound model, one whose test tensors do not fit, and one of the Hub, built at the same time."""
    began = time.monotonic()
    sources = {name: f"bioimage+{models.url}{zoo.INDEX}#{name}" for name in ("tidy-otter", "wrong-otter")}
    sources["tiny-eyes"] = f"huggingface+{the_hub.url}#small-lab/tiny-eyes"
    queued = {name: whole.register(source)["id"] for name, source in sources.items()}
    made = {name: whole.ended(build_id, SECONDS) for name, build_id in queued.items()}
    print(f"all builds took {time.monotonic() - began:.1f} s")
    return made


def test_a_model_is_released_when_its_test_tensors_reproduce(builds):
    build = builds["tidy-otter"]
    assert build["state"] == "succeeded", build["reason"]
    assert build["stages"]["tests"]["evidence"]["passed"] == 4


def test_a_model_whose_test_tensors_differ_is_not_released(whole, builds):
    build = builds["wrong-otter"]
    assert (build["state"], build["stages"]["tests"]["state"]) == ("failed", "failed")
    assert "test_the_weights_reproduce_the_test_outputs" in build["reason"]
    assert "disagree with expected values" in json.dumps(build["stages"]["tests"]["evidence"])
    assert whole.get("modules/wrong-otter")["latest_release"] is None


def test_a_person_tries_the_model_with_an_image_of_their_own(whole, builds, album):
    assert builds["tidy-otter"]["state"] == "succeeded"
    with browser.chromium() as chromium, chromium.new_context(base_url=whole.url) as context:
        page = context.new_page()
        page.goto(whole.fresh_link())
        page.locator("main").get_by_role("button", name="Sign in").click()
        expect(page.locator("#notices")).to_contain_text("Welcome")
        page.goto("/catalog/tidy-otter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tiny nuclei finder")
        album(page, "zoo-1-module")
        page.get_by_role("button", name="Try").first.click()
        expect(page.get_by_role("button", name="Predict")).to_be_visible(timeout=SECONDS * 1000)
        page.locator("input[type=file]").set_input_files(
            {"name": "nuclei.png", "mimeType": "image/png", "buffer": _image(303, 384)}
        )
        album(page, "zoo-2-form")
        page.get_by_role("button", name="Predict").click()
        picture = page.locator("#answer img").last
        expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=30_000)
        expect(picture).to_have_js_property("naturalWidth", 384)
        album(page, "zoo-3-answer")


def test_the_same_through_the_gateway_gives_the_very_values(whole, builds):
    workload = next((each["id"] for each in whole.items("workloads")), None)  # the trial, if there is one
    workload = workload or whole.begin(builds["tidy-otter"]["release_id"])
    url = f"/endpoints/{workload}/v2/models/tidy-otter/predict/"
    image = {"raw": ("input.npy", (zoo.HERE / "test_input.npy").read_bytes())}
    said = _answered(whole, workload, url, files=image, params={"accept": "application/x-npy"})
    assert said.status_code == 200, said.text
    expected = np.load(zoo.HERE / "test_output.npy")
    np.testing.assert_allclose(np.load(io.BytesIO(said.content)), expected, atol=1e-4)
    small = _answered(whole, workload, url, files={"raw": ("small.png", _image(8, 8))})
    assert small.status_code >= 400 and "16, 24, 32" in small.text
    whole.forget(workload)


def test_a_model_of_the_hub_names_the_colour_of_an_image(whole, builds):
    build = builds["tiny-eyes"]
    assert build["state"] == "succeeded", build["reason"]
    workload = whole.begin(build["release_id"])
    url = f"/endpoints/{workload}/v2/models/small-lab-tiny-eyes/predict/"
    said = _answered(whole, workload, url, files={"image": ("red.png", _red())})
    assert said.status_code == 200, said.text
    assert said.json()["predictions"]["labels"][0] == "red"
    whole.forget(workload)


def _answered(whole, workload, url, **asked):
    """The answer of a workload once it runs and the gateway knows of it."""

    def look():
        said = whole.api.post(url, timeout=60, **asked)
        return said if said.status_code != 503 else None

    until(lambda: whole.is_running(workload), SECONDS)
    return until(look, SECONDS)


def _red():
    """A red PNG of two by two."""
    return _png(2, 2, 2, [b"\xff\0\0" * 2] * 2)


def _image(height, width):
    """A PNG of bright spots, 8-bit grey."""
    y, x = np.mgrid[:height, :width]
    spots = (127 + 127 * np.sin(x / 9) * np.sin(y / 7)).astype(np.uint8)
    return _png(height, width, 0, [row.tobytes() for row in spots])


def _png(height, width, colour, rows):
    """A PNG written without a library; `colour` is 0 for grey, 2 for red, green and blue."""

    def part(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))  # before each row, its filter: none
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", packed) + part(b"IEND", b"")
