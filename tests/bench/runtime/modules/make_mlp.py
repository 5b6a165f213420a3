"""Writes the network that `mlp.py` runs: 784, 2048, 2048 and 10 wide, weights by chance, 24 MB."""

import sys
from itertools import pairwise

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save

WIDTHS = (784, 2048, 2048, 10)


def network():
    dice = numpy.random.default_rng(7)
    nodes, weights, tensor = [], [], "pixels"
    for layer, (wide, next_wide) in enumerate(pairwise(WIDTHS)):
        chance = dice.standard_normal((wide, next_wide)).astype("float32") * (2 / wide) ** 0.5
        weights += [numpy_helper.from_array(chance, f"w{layer}")]
        nodes += [helper.make_node("MatMul", [tensor, f"w{layer}"], [f"sum{layer}"])]
        tensor = f"out{layer}"
        nodes += [helper.make_node("Relu", [f"sum{layer}"], [tensor])]
    begin = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", WIDTHS[0]])
    end = helper.make_tensor_value_info(tensor, TensorProto.FLOAT, ["batch", WIDTHS[-1]])
    graph = helper.make_graph(nodes, "mlp", [begin], [end], weights)
    return helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 17)])


if __name__ == "__main__":
    model = network()
    checker.check_model(model)
    save(model, sys.argv[1])
