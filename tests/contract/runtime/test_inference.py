"""The Open Inference Protocol v2, asked by Triton's own client and by hand."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from tritonclient import http as triton
from tritonclient.utils import InferenceServerException

Shared = Callable[[str], Any]
Serve = Callable[..., Any]
Wait = Callable[..., Any]
INFER = "/v2/models/echoing/infer"
LENGTH = "inference-header-content-length"
NUMBERS = ("?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8")


@pytest.fixture
def client(shared: Shared) -> Iterator[Any]:
    address = shared("echoing").url.removeprefix("http://")
    client = triton.InferenceServerClient(f"{address}/inference")
    yield client
    client.close()


@pytest.fixture
def infer(shared: Shared) -> Callable[..., Any]:
    """Ask for an inference by hand: `infer(count=("INT32", [1], [3]))`."""

    def infer(**inputs: tuple[str, list[int], Any]) -> Any:
        told = [
            {"name": name, "datatype": datatype, "shape": shape, "data": data}
            for name, (datatype, shape, data) in inputs.items()
        ]
        return shared("echoing").client.post(INFER, json={"inputs": told})

    return infer


def tensor(name: str, array: Any, *, binary: bool = True, datatype: str = "") -> Any:
    given = triton.InferInput(name, list(array.shape), datatype or triton.np_to_triton_dtype(array.dtype))
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def texts(*values: Any) -> Any:
    return np.array(values, dtype=object)


def outputs(answer: Any) -> dict[str, Any]:
    """The flat data of a JSON response, by name."""
    assert answer.status_code == 200, answer.text
    return {each["name"]: each["data"] for each in answer.json()["outputs"]}


def test_a_client_finds_server_and_model(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("echoing")
    assert client.is_model_ready("echoing", "2.1")
    assert not client.is_model_ready("echoing", "3")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]


def test_the_models_metadata_tells_its_inputs(client: Any) -> None:
    told = client.get_model_metadata("echoing")
    inputs = {each["name"]: (each["datatype"], each["shape"]) for each in told["inputs"]}
    assert (told["name"], told["versions"]) == ("echoing", ["2.1"])
    assert inputs["count"] == ("INT64", [1])
    assert inputs["share"] == ("FP64", [1])
    assert inputs["flag"] == ("BOOL", [1])
    assert inputs["texts"] == ("BYTES", [-1])
    assert inputs["rows"] == ("FP64", [-1, -1])
    image = next(each for each in told["inputs"] if each["name"] == "image")
    assert image["parameters"] == {"optional": True, "content_type": "application/octet-stream"}


@pytest.mark.parametrize(
    ("dtype", "binary"),
    [("f2", True)]  # Triton's client sends half floats in binary form only
    + [(each, form) for each in NUMBERS for form in (True, False)],
)
def test_numbers_of_every_datatype_arrive(client: Any, dtype: str, binary: bool) -> None:
    array = np.arange(12).reshape(2, 3, 2).astype(dtype)
    answer = client.infer("echoing", [tensor("anything", array, binary=binary)], request_id="42")
    assert answer.get_response()["id"] == "42"
    assert np.array_equal(answer.as_numpy("output"), array)


def test_bfloat16_arrives(client: Any) -> None:
    array = np.array([[1.5, -2.0]], dtype="f4")
    answer = client.infer("echoing", [tensor("anything", array, datatype="BF16")])
    assert np.array_equal(answer.as_numpy("output"), array)


@pytest.mark.parametrize("binary", [True, False])
def test_each_argument_gets_what_it_takes(client: Any, binary: bool) -> None:
    given = [
        tensor("count", np.array([3], "i4"), binary=binary),
        tensor("share", np.array([[0.5]]), binary=binary),
        tensor("flag", np.array([True]), binary=binary),
        tensor("text", texts("né à"), binary=binary),
        tensor("texts", texts("a"), binary=binary),
        tensor("rows", np.array([[1.0, 2.0]]), binary=binary),
        tensor("options", texts('{"a": [1, null]}'), binary=binary),
        tensor("records", texts('{"deep": 1}', '{"deep": 2}'), binary=binary),
        tensor("asked", texts("where a query is wanted"), binary=binary),
    ]
    answer = client.infer("echoing", given)
    assert answer.as_numpy("count").tolist() == [3]
    assert answer.as_numpy("share").tolist() == [0.5]
    assert answer.as_numpy("flag").tolist() == [True]
    assert answer.as_numpy("text")[0].decode() == "né à"
    assert answer.as_numpy("texts").tolist() == [b"a"]
    assert answer.as_numpy("rows").tolist() == [[1.0, 2.0]]
    assert json.loads(answer.as_numpy("options")[0]) == {"a": [1, None]}
    assert json.loads(answer.as_numpy("records")[0]) == [{"deep": 1}, {"deep": 2}]
    assert answer.get_output("records")["parameters"]["content_type"] == "application/json"
    assert answer.as_numpy("asked")[0] == b"where a query is wanted"


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
@pytest.mark.parametrize("datatype", ["BYTES", "UINT8"])
def test_bytes_become_a_file_of_the_model(client: Any, shared: Shared, datatype: str, size: int) -> None:
    content = b"\x89" * size
    array = texts(content) if datatype == "BYTES" else np.frombuffer(content, "u1")
    media, name, start, length = client.infer("echoing", [tensor("image", array)]).as_numpy("image").tolist()
    assert (media, name) == (b"application/octet-stream", b"image")
    assert (start, length) == (content[:8].hex().encode(), str(size).encode())
    assert shared("echoing").files() == []


def test_a_file_in_json_is_text_or_base64_and_may_have_a_name(shared: Shared) -> None:
    told = {
        "name": "image",
        "datatype": "BYTES",
        "shape": [1],
        "data": [base64.b64encode(b"\xff\x00").decode()],
    }
    told["parameters"] = {"content_type": "base64", "filename": "three.png"}
    answer = shared("echoing").client.post(INFER, json={"inputs": [told]})
    assert outputs(answer)["image"] == ["application/octet-stream", "three.png", "ff00", "2"]
    told |= {"parameters": {"content_type": "text/plain"}, "data": ["ab"]}
    answer = shared("echoing").client.post(INFER, json={"inputs": [told]})
    assert outputs(answer)["image"] == ["text/plain", "image", b"ab".hex(), "2"]


@pytest.mark.parametrize("as_binary", [True, False])
def test_a_binary_answer_is_one_tensor_with_its_media_type(client: Any, as_binary: bool) -> None:
    wanted = [triton.InferRequestedOutput("output", binary_data=as_binary)]
    image = client.infer("echoing", [tensor("accept", texts("image/png"))], outputs=wanted)
    assert image.as_numpy("output").astype("u1").tobytes() == b"\x89PNG\xff\x00"
    assert image.get_output("output")["parameters"]["content_type"] == "image/png"
    table = client.infer("echoing", [tensor("accept", texts("text/csv"))], outputs=wanted)
    assert table.as_numpy("output").tolist() in ([b"1,2\n"], ["1,2\n"])


def test_only_the_outputs_asked_for_come_each_in_its_form(client: Any) -> None:
    given = [tensor("share", np.array([0.5])), tensor("count", np.array([3]))]
    wanted = [
        triton.InferRequestedOutput("count", binary_data=False),
        triton.InferRequestedOutput("share", binary_data=True),
    ]
    answer = client.infer("echoing", given, outputs=wanted)
    assert [each["name"] for each in answer.get_response()["outputs"]] == ["count", "share"]
    assert answer.get_output("count")["data"] == [3]
    assert answer.as_numpy("share").tolist() == [0.5]
    with pytest.raises(InferenceServerException, match="no output 'rows'"):
        client.infer("echoing", given, outputs=[triton.InferRequestedOutput("rows")])


def test_a_parameter_of_the_request_can_be_an_argument(client: Any) -> None:
    answer = client.infer("echoing", [], parameters={"count": 3, "unknown": 1})
    assert answer.as_numpy("count").tolist() == [3]


def test_large_tensors_go_both_ways(client: Any, shared: Shared) -> None:
    array = np.random.default_rng(1).random((1000, 1000), "f4")
    answer = client.infer("echoing", [tensor("anything", array)])
    assert np.array_equal(answer.as_numpy("output"), array)
    assert shared("echoing").files() == []


def test_json_may_be_nested_or_flat(infer: Any) -> None:
    assert outputs(infer(anything=("INT32", [2, 2], [[1, 2], [3, 4]])))["output"] == [1, 2, 3, 4]
    assert outputs(infer(anything=("INT32", [2, 2], [1, 2, 3, 4])))["output"] == [1, 2, 3, 4]


def test_a_wrong_argument_is_a_bad_request_that_names_it(infer: Any) -> None:
    answer = infer(text=("INT32", [2], [1, 2]), count=("BYTES", [1], ["many"]))
    assert answer.status_code == 400
    assert answer.json() == {"error": "count: Not a valid integer.; text: Not a valid string."}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (b"{", "JSON of the request cannot be read"),
        (b"[" * 100_000, "JSON of the request cannot be read"),
        (b"[]", "must be a JSON object"),
        ({"inputs": {}}, "'inputs' must be"),
        ({"inputs": [1]}, "An input must be"),
        ({"inputs": [{"name": 1}]}, "'name' must be"),
        ({"inputs": [{"name": "count"}]}, "'datatype' must be"),
        ({"inputs": [{"name": "count", "datatype": "INT32"}]}, "'shape' must be"),
        ({"inputs": [{"name": "count", "datatype": "INT32", "shape": [-1]}]}, "'shape' must be"),
        ({"inputs": [{"name": "count", "datatype": "INT32", "shape": [1] * 33}]}, "'shape' must be"),
        ({"inputs": [{"name": "count", "datatype": "INT5", "shape": [1]}]}, "no datatype"),
        ({"inputs": [{"name": "count", "datatype": "INT32", "shape": [1]}]}, "must be a list"),
        ({"inputs": [{"name": "none", "datatype": "INT32", "shape": [1], "data": [1]}]}, "no input 'none'"),
        ({"inputs": [{"name": "count", "datatype": "INT32", "shape": [1], "data": [1]}] * 2}, "given twice"),
        ({"inputs": [{"name": "image", "datatype": "INT32", "shape": [1], "data": [1]}]}, "is a file"),
        ({"inputs": [{"name": "options", "datatype": "BYTES", "shape": [1], "data": ["{"]}]}, "cannot be"),
        ({"inputs": [{"parameters": {"shared_memory_region": "a"}}]}, "not offered"),
        ({"inputs": [{"parameters": {"binary_data_size": 1}}]}, "breaks off"),
        ({"inputs": [], "outputs": [{"name": "a", "parameters": {"classification": 1}}]}, "not offered"),
        ({"inputs": [], "id": 1}, "'id' must be"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_with_the_reason(shared: Shared, told: Any, reason: str) -> None:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    answer = shared("echoing").client.post(INFER, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert reason in answer.json()["error"]
    assert shared("echoing").files() == []


@pytest.mark.parametrize(
    ("length", "body", "reason"),
    [
        ("x", b"{}", "number of bytes"),
        ("\xb2", b"{}", "number of bytes"),
        ("9" * 5000, b"{}", "number of bytes"),
        ("9", b"{}", "shorter"),
        ("14", b'{"inputs": []}1234', "4 bytes follow"),
    ],
)
def test_a_wrong_length_of_the_json_is_refused(shared: Shared, length: str, body: bytes, reason: str) -> None:
    headers = {LENGTH: length.encode("latin-1")}
    answer = shared("echoing").client.post(INFER, content=body, headers=headers)
    assert (answer.status_code, reason in answer.json()["error"]) == (400, True)


def test_bytes_that_do_not_fit_the_shape_are_refused(shared: Shared) -> None:
    told = {"name": "anything", "datatype": "FP32", "shape": [3], "parameters": {"binary_data_size": 8}}
    head = json.dumps({"inputs": [told]}).encode()
    answer = shared("echoing").client.post(
        INFER, content=head + b"12345678", headers={LENGTH: str(len(head))}
    )
    assert (answer.status_code, "8 bytes" in answer.json()["error"]) == (400, True)


def test_too_much_json_is_refused(shared: Shared) -> None:
    answer = shared("echoing").client.post(INFER, content=b" " * (16 * 1024 * 1024 + 1))
    assert (answer.status_code, "binary form" in answer.json()["error"]) == (413, True)
    assert shared("echoing").files() == []


def test_a_body_beyond_the_limit_is_refused_in_the_protocols_form(serve: Serve) -> None:
    server = serve("echoing", options=("--max-upload", "1000")).ready()
    answer = server.client.post(INFER, content=b"x" * 2000)
    assert (answer.status_code, "1000" in answer.json()["error"]) == (413, True)


def test_predictions_that_are_switched_off_are_so_here_too(serve: Serve) -> None:
    server = serve("echoing", options=("--no-predict",)).ready()
    answer = server.client.post(INFER, json={"inputs": []})
    assert (answer.status_code, "without predictions" in answer.json()["error"]) == (402, True)


def test_another_model_or_version_is_not_here(shared: Shared) -> None:
    client = shared("echoing").client
    for path in ("/v2/models/other/infer", "/v2/models/echoing/versions/9/infer"):
        answer = client.post(path, json={"inputs": []})
        assert (answer.status_code, "'echoing' in version '2.1'" in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize("base", ["", "/inference"])
def test_paths_with_the_version_answer_too(shared: Shared, base: str) -> None:
    client = shared("echoing").client
    here = base + "/v2/models/echoing/versions/2.1"
    assert client.get(here).json()["name"] == "echoing"
    assert client.get(here + "/ready").json() == {"name": "echoing", "ready": True}
    assert client.post(here + "/infer", json={"inputs": []}).json()["model_version"] == "2.1"
    assert client.get(base + "/v2/health/ready").json() == {"ready": True}


def test_a_base_path_goes_before_both_homes(serve: Serve) -> None:
    client = serve("echoing", options=("--base-path", "/foo")).ready().client
    for path in ("/foo/v2/health/ready", "/foo/inference/v2/health/ready"):
        assert client.get(path).json() == {"ready": True}
    assert client.get("/inference/v2").status_code == 404


def test_the_contracts_redirects_stay(shared: Shared) -> None:
    client = shared("echoing").client
    assert client.get("/v2").headers["location"] == "/v2/"
    assert client.get("/v2/models/echoing").headers["location"] == "/v2/models/echoing/"


def test_a_server_that_is_not_ready_says_so(serve: Serve, wait_until: Wait) -> None:
    server = serve("broken")
    assert server.client.get("/v2/health/live").json() == {"live": True}
    assert server.client.get("/v2/health/ready").status_code == 503
    wait_until(lambda: "weights" in server.client.get("/v2/models/broken/ready").json()["error"])
    refused = server.client.post("/v2/models/broken/infer", json={"inputs": []})
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)


def test_the_modules_own_error_is_told(shared: Shared) -> None:
    told = [{"name": "mode", "datatype": "BYTES", "shape": [1], "data": ["raise"]}]
    answer = shared("everything").client.post("/v2/models/everything/infer", json={"inputs": told})
    assert (answer.status_code, answer.json()) == (
        500,
        {"error": "RuntimeError: the weights do not fit the input"},
    )


def test_an_inference_can_be_a_job(shared: Shared, wait_until: Wait) -> None:
    client = shared("echoing").client
    told = {"id": "7", "inputs": [{"name": "count", "datatype": "INT32", "shape": [1], "data": [3]}]}
    accepted = client.post(INFER, json=told, headers={"prefer": "respond-async"})
    assert accepted.status_code == 202
    where = accepted.headers["location"]
    wait_until(lambda: client.get(where).json()["status"] == "done")
    assert client.get(where + "/result").json()["id"] == "7"


def test_a_declared_shape_is_checked_and_its_keys_are_outputs(shared: Shared) -> None:
    client = shared("shaped").client
    told = [{"name": "label", "datatype": "BYTES", "shape": [1], "data": ["cat"]}]
    path = "/v2/models/shaped/infer"
    assert outputs(client.post(path, json={"inputs": told})) == {"label": ["cat"], "score": [0.5]}
    told.append({"name": "score", "datatype": "BYTES", "shape": [1], "data": ["high"]})
    assert "Not a valid number" in client.post(path, json={"inputs": told}).json()["error"]


def test_a_module_without_arguments_answers_one_output(shared: Shared) -> None:
    answer = shared("bare").client.post("/v2/models/bare/infer", json={"inputs": []})
    assert outputs(answer) == {"output": ["hello"]}


def test_inferences_are_answered_together_and_each_gets_its_own(
    serve: Serve, gate: Any, wait_until: Wait
) -> None:
    server = serve("batching").ready()

    def ask(name: str, **more: str) -> Any:
        texts = {"name": name, **more}
        told = [
            {"name": key, "datatype": "BYTES", "shape": [1], "data": [text]} for key, text in texts.items()
        ]
        return server.client.post("/v2/models/batching/infer", json={"inputs": told, "id": name})

    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(ask, "first", gate=str(gate.path))
        wait_until(gate.reached)
        waiting = [threads.submit(ask, f"n{number}") for number in range(4)]
        wait_until(lambda: server.number("fairhaven_queue_length") == 4)
        gate.open()
        assert outputs(first.result())["name"] == ["first"]
        answers = [each.result() for each in waiting]
    assert [each.json()["id"] for each in answers] == ["n0", "n1", "n2", "n3"]
    assert [outputs(each)["name"] for each in answers] == [["n0"], ["n1"], ["n2"], ["n3"]]
    assert outputs(answers[0])["together"] == [4]
