"""A network of three layers on onnxruntime, one thread; the file is named by the environment."""

import base64
import os

import numpy
import onnxruntime
from marshmallow import fields

WIDTH = 784


def _session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(os.environ["BENCH_MLP"], options, ["CPUExecutionProvider"])


SESSION = _session()


def get_predict_args():
    return {"pixels": fields.String(required=True, metadata={"description": "784 bytes, in base64"})}


def predict(pixels):
    return predict_batch([{"pixels": pixels}])[0]


def predict_batch(calls):
    pixels = [numpy.frombuffer(base64.b64decode(call["pixels"]), "uint8") for call in calls]
    (scores,) = SESSION.run(None, {"pixels": numpy.stack(pixels).astype("float32") / 255})
    return [{"label": int(row.argmax()), "score": float(row.max())} for row in scores]
