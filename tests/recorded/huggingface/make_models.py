"""Makes two tiny ONNX models for the recorded Hub: one names an image's colour, one a text's mood.

Run by hand, with what the platform's own environment lacks:
    uv run --no-project --with onnx,numpy,tokenizers python tests/recorded/huggingface/make_models.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

HERE = Path(__file__).parent
WORDS = {"[UNK]": 0, "good": 1, "kind": 2, "bad": 3, "grim": 4, "the": 5, "film": 6, "is": 7}
MOODS = np.array([[0, 0], [-2, 2], [-1, 1], [2, -2], [1, -1], [0, 0], [0, 0], [0, 0]], dtype=np.float32)


def main() -> None:
    """Write eyes.onnx, mood.onnx and tokenizer.json."""
    _save("eyes", [helper.make_node("ReduceMean", ["pixel_values"], ["logits"], axes=[2, 3], keepdims=0)],
          ("pixel_values", TensorProto.FLOAT, ["batch", 3, 16, 16]), ["batch", 3], [])  # fmt: skip
    nodes = [
        helper.make_node("Gather", ["moods", "input_ids"], ["found"]),
        helper.make_node("ReduceMean", ["found"], ["logits"], axes=[1], keepdims=0),
    ]
    ids = ("input_ids", TensorProto.INT64, ["batch", "sequence"])
    _save("mood", nodes, ids, ["batch", 2], [numpy_helper.from_array(MOODS, "moods")])
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(HERE / "tokenizer.json"))


def _save(name: str, nodes: list, given: tuple, shape: list, weights: list) -> None:
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(*given)], outputs, weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="fairhaven")
    made.ir_version = 8
    onnx.checker.check_model(made)
    onnx.save(made, HERE / f"{name}.onnx")


if __name__ == "__main__":
    main()
