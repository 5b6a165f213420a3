"""Makes the recorded model: a tiny ONNX network and its test tensors, computed by numpy alone.

Run by hand, with what the platform's own environment lacks:
    uv run --no-project --with onnx --with numpy python tests/recorded/bioimage/make_models.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
GAIN, BIAS, EPS = 3.0, -1.5, 1e-6


def main() -> None:
    """Write weights.onnx, test_input.npy, test_output.npy and wrong_output.npy."""
    onnx.save(network(), HERE / "weights.onnx")
    raw = blobs(32, 40)
    probability = expected(raw)
    np.save(HERE / "test_input.npy", raw)
    np.save(HERE / "test_output.npy", probability)
    np.save(HERE / "wrong_output.npy", 1 - probability)


def kernel() -> np.ndarray:
    """A 5 x 5 bell whose sum is `GAIN`."""
    along = np.array([1, 4, 6, 4, 1], dtype=np.float32) / 16
    return (np.outer(along, along) * GAIN).astype(np.float32)


def network() -> onnx.ModelProto:
    """One convolution and a sigmoid, for images of any height and width."""
    weights = numpy_helper.from_array(kernel()[None, None], "weights")
    bias = numpy_helper.from_array(np.array([BIAS], dtype=np.float32), "bias")
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["raw", "weights", "bias"], ["logits"], pads=[2, 2, 2, 2]),
            helper.make_node("Sigmoid", ["logits"], ["probability"]),
        ],
        "nuclei",
        [helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["b", 1, "y", "x"])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["b", 1, "y", "x"])],
        [weights, bias],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="fairhaven")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def blobs(height: int, width: int) -> np.ndarray:
    """An image of five bright nuclei on a dark ground (1, 1, height, width), values 0 to 255."""
    y, x = np.mgrid[:height, :width]
    image = 10 + np.random.default_rng(1).normal(0, 2, (height, width))
    for centre_y, centre_x, radius in ((7, 9, 3), (20, 12, 4), (11, 28, 4), (25, 33, 3), (4, 36, 2)):
        image += 200 * np.exp(-((y - centre_y) ** 2 + (x - centre_x) ** 2) / (2 * radius**2))
    return np.clip(image, 0, 255).round().astype(np.float32)[None, None]


def expected(raw: np.ndarray) -> np.ndarray:
    """What the model should answer: normalise, convolve, squash."""
    image = (raw - raw.mean()) / (raw.std() + EPS)
    padded = np.pad(image[0, 0], 2)
    height, width = raw.shape[2:]
    summed = sum(
        kernel()[dy, dx] * padded[dy : dy + height, dx : dx + width] for dy in range(5) for dx in range(5)
    )
    return (1 / (1 + np.exp(-(summed + BIAS)))).astype(np.float32)[None, None]


if __name__ == "__main__":
    main()
