"""A model of a recorded zoo from its address to an answer in Try, in a whole platform and a real browser."""

import io
import json
import time

import pytest
from tests.integration.conftest import installing
from tests.recorded import zoo

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import expect  # noqa: E402

from fairhaven.core.testing import browser  # noqa: E402

SECONDS = 120
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with installing(tmp_path_factory) as install:
        yield install(outbound_allow=json.dumps(["127.0.0.0/8"]))


@pytest.fixture(scope="module")
def builds(whole, models):
    """A sound model and one whose test tensors do not fit, built at the same time."""
    began = time.monotonic()
    queued = {
        name: whole.register(f"bioimage+{models.url}{zoo.INDEX}#{name}")["id"]
        for name in ("tidy-otter", "wrong-otter")
    }
    made = {name: whole.ended(build_id, SECONDS) for name, build_id in queued.items()}
    print(f"both builds took {time.monotonic() - began:.1f} s")
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
    import numpy as np

    workload = next(each for each in whole.items("workloads") if each["state"] == "running")
    url = f"/endpoints/{workload['id']}/v2/models/tidy-otter/predict/"
    image = {"raw": ("input.npy", (zoo.HERE / "test_input.npy").read_bytes())}
    said = whole.api.post(url, files=image, params={"accept": "application/x-npy"}, timeout=60)
    assert said.status_code == 200, said.text
    expected = np.load(zoo.HERE / "test_output.npy")
    np.testing.assert_allclose(np.load(io.BytesIO(said.content)), expected, atol=1e-4)
    small = whole.api.post(url, files={"raw": ("small.png", _image(8, 8))}, timeout=60)
    assert small.status_code >= 400 and "16, 24, 32" in small.text
    whole.forget(workload["id"])


def _image(height, width):
    """A PNG of bright spots, 8-bit grey, written without a library: one filter byte before each row."""
    import struct
    import zlib

    import numpy as np

    y, x = np.mgrid[:height, :width]
    spots = (127 + 127 * np.sin(x / 9) * np.sin(y / 7)).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in spots)

    def part(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )
