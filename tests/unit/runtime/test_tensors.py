"""Tensors in every datatype and form are what numpy takes them for."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from fairhaven_runtime.worker import inference, nesting, tensors

DATATYPES = {
    "BOOL": "?",
    "UINT8": "u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
QUICK = settings(max_examples=50, deadline=None, derandomize=True)

shapes = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
scalars = some.booleans() | some.integers() | some.floats() | some.text()


def an_array(dtype: str) -> some.SearchStrategy[Any]:
    return arrays.arrays(np.dtype(dtype), shapes)


def same(one: Any, other: Any) -> bool:
    """Whether two nested lists are equal, NaN being NaN."""
    return json.dumps(one) == json.dumps(other)


def as_lists(array: Any) -> Any:
    return array.tolist() if array.size else []


@pytest.mark.parametrize(("datatype", "dtype"), DATATYPES.items())
@QUICK
@given(data=some.data())
def test_binary_numbers_are_read_as_numpy_reads_them(datatype: str, dtype: str, data: Any) -> None:
    array = data.draw(an_array(dtype))
    tensor = tensors.of_bytes(datatype, array.shape, memoryview(array.tobytes()))
    assert same(nesting.nested(tensor.values(), array.shape), as_lists(array))
    assert datatype == "FP16" or tensor.packed() == array.tobytes()


@pytest.mark.parametrize(("datatype", "dtype"), DATATYPES.items())
@QUICK
@given(data=some.data(), flat=some.booleans())
def test_numbers_in_json_are_those_in_binary(datatype: str, dtype: str, data: Any, flat: bool) -> None:
    array = data.draw(an_array(dtype))
    told = array.flatten().tolist() if flat or not array.shape else array.tolist()
    tensor = tensors.of_json(datatype, array.shape, told)
    expected = array.astype("<f4") if datatype == "FP16" else array
    assert np.array_equal(np.frombuffer(tensor.packed(), expected.dtype), expected.flatten(), equal_nan=True)


@QUICK
@given(arrays.arrays(np.dtype("<f4"), shapes))
def test_bfloat16_is_the_upper_half_of_a_float(array: Any) -> None:
    upper = array.flatten().view("<u2")[1::2]
    tensor = tensors.of_bytes("BF16", array.shape, memoryview(upper.tobytes()))
    widened = (upper.astype("<u4") << 16).view("<f4")
    assert same(tensor.values(), widened.tolist())


@QUICK
@given(some.lists(some.binary(max_size=20)))
def test_bytes_keep_their_lengths(texts: list[bytes]) -> None:
    packed = tensors.Tensor("BYTES", (len(texts),), texts).packed()
    assert tensors.of_bytes("BYTES", [len(texts)], memoryview(packed)).data == texts


@QUICK
@given(some.lists(some.text(some.characters(exclude_categories=()))))
def test_any_text_that_json_can_tell_is_kept(texts: list[str]) -> None:
    assert tensors.of_json("BYTES", [len(texts)], texts).values() == texts


@QUICK
@given(data=some.data(), dtype=some.sampled_from(["?", "<i8", "<f8"]))
def test_a_rectangular_result_is_a_tensor(data: Any, dtype: str) -> None:
    array = data.draw(arrays.arrays(np.dtype(dtype), arrays.array_shapes(max_dims=4, max_side=4)))
    tensor = tensors.of_value(array.tolist())
    assert tensor is not None
    assert (tensor.shape, tensor.packed()) == (array.shape, array.astype(dtype).tobytes())


@pytest.mark.parametrize(
    ("value", "datatype", "shape"),
    [
        (3, "INT64", (1,)),
        (True, "BOOL", (1,)),
        (2**63, "UINT64", (1,)),
        ([1, 2.5], "FP64", (2,)),
        (["a", "b"], "BYTES", (2,)),
        ((1, (2)), "INT64", (2,)),
        ([(1, 2), [3, 4]], "INT64", (2, 2)),
        ([], "FP64", (0,)),
        ([[], []], "FP64", (2, 0)),
        (math.nan, "FP64", (1,)),
    ],
)
def test_a_value_gets_the_datatype_that_holds_it(value: Any, datatype: str, shape: Any) -> None:
    tensor = tensors.of_value(value)
    assert tensor is not None
    assert (tensor.datatype, tensor.shape) == (datatype, shape)


@pytest.mark.parametrize(
    "value", [None, {"a": 1}, [1, "a"], [[1], [2, 3]], [True, 1], 2**64, [1.5, 10**400], [-1, 2**63], [None]]
)
def test_what_is_not_rectangular_or_of_one_kind_is_no_tensor(value: Any) -> None:
    assert tensors.of_value(value) is None


@QUICK
@given(some.recursive(scalars | some.none(), lambda inner: some.lists(inner, max_size=3), max_leaves=20))
def test_every_json_value_has_outputs(value: Any) -> None:
    headers, body = inference.outputs({"a": value})
    begin = int(dict(headers)[inference.LENGTH])
    (told,) = json.loads(body[:begin])["outputs"]
    tensor = tensors.of_bytes(told["datatype"], told["shape"], memoryview(body)[begin:])
    if told["parameters"].get("content_type") == "application/json":
        assert same(json.loads(tensor.values()[0]), value)
    elif isinstance(value, list):
        assert tensor.shape[0] == len(value)
    else:
        assert same(tensor.values(), [value])


@pytest.mark.parametrize(
    ("array", "datatype"),
    [
        (np.float32(2.5), "FP32"),
        (np.arange(6, dtype=">i4").reshape(2, 3).T, "INT32"),
        (np.array([0.5], "f2"), "FP32"),
        (np.array([True]), "BOOL"),
        (np.array(["a", "b"]), "BYTES"),
        ([np.float32(1), np.float32(2)], "FP64"),
    ],
)
def test_numpy_arrays_keep_their_datatype(array: Any, datatype: str) -> None:
    headers, body = inference.outputs(array)
    begin = int(dict(headers)[inference.LENGTH])
    (told,) = json.loads(body[:begin])["outputs"]
    tensor = tensors.of_bytes(told["datatype"], told["shape"], memoryview(body)[begin:])
    assert (told["name"], told["datatype"]) == ("output", datatype)
    assert nesting.nested(tensor.values(), tensor.shape) == np.atleast_1d(np.array(array)).tolist()


@pytest.mark.parametrize(
    ("datatype", "shape", "data"),
    [
        ("INT8", [1], [128]),
        ("UINT8", [1], [-1]),
        ("INT32", [1], [1.5]),
        ("INT32", [1], ["1"]),
        ("FP64", [1], [10**400]),
        ("BOOL", [1], [2]),
        ("BOOL", [1], [[True]]),
        ("BYTES", [1], [1]),
        ("INT32", [2], [1]),
        ("INT32", [2, 2], [[1, 2], [3]]),
        ("INT32", [2, 2], [[1, 2], 3]),
        ("INT32", [], [[1]]),
        ("INT32", [1], 1),
    ],
)
def test_data_that_does_not_fit_is_refused(datatype: str, shape: list[int], data: Any) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        tensors.of_json(datatype, shape, data)


@pytest.mark.parametrize(
    ("datatype", "shape", "raw"),
    [
        ("INT32", [2], b"1234"),
        ("INT32", [1], b"123"),
        ("BYTES", [1], b"\x05\0\0\0abc"),
        ("BYTES", [1], b"\x05\0"),
        ("BYTES", [2], b"\x01\0\0\0a"),
        pytest.param("BYTES", [1_000_001], b"\0\0\0\0" * 1_000_001, id="too many"),
    ],
)
def test_bytes_that_do_not_fit_are_refused(datatype: str, shape: list[int], raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"needs|element"):
        tensors.of_bytes(datatype, shape, memoryview(raw))
