"""The Hub's words (pipeline tags, libraries, relations, endings of files) in ours."""

_VISION, _LANGUAGE, _MADE = "Computer Vision", "Natural Language Processing", "Generative Models"
# By pipeline tag: tasks, and kinds of data.
PIPELINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "image-classification": ((_VISION, "Classification"), ("Image",)),
    "zero-shot-image-classification": ((_VISION, "Classification"), ("Image", "Text")),
    "object-detection": ((_VISION,), ("Image",)),
    "zero-shot-object-detection": ((_VISION,), ("Image", "Text")),
    "image-segmentation": ((_VISION,), ("Image",)),
    "mask-generation": ((_VISION,), ("Image",)),
    "depth-estimation": ((_VISION,), ("Image",)),
    "keypoint-detection": ((_VISION,), ("Image",)),
    "image-feature-extraction": ((_VISION,), ("Image",)),
    "image-to-image": ((_VISION, _MADE), ("Image",)),
    "unconditional-image-generation": ((_VISION, _MADE), ("Image",)),
    "text-to-image": ((_VISION, _MADE), ("Image", "Text")),
    "image-to-text": ((_VISION, _LANGUAGE), ("Image", "Text")),
    "image-text-to-text": ((_VISION, _LANGUAGE, _MADE), ("Image", "Text")),
    "visual-question-answering": ((_VISION, _LANGUAGE), ("Image", "Text")),
    "document-question-answering": ((_VISION, _LANGUAGE), ("Image", "Text")),
    "video-classification": ((_VISION, "Classification"), ("Video",)),
    "text-to-video": ((_VISION, _MADE), ("Video", "Text")),
    "text-classification": ((_LANGUAGE, "Classification"), ("Text",)),
    "zero-shot-classification": ((_LANGUAGE, "Classification"), ("Text",)),
    "token-classification": ((_LANGUAGE, "Classification"), ("Text",)),
    "question-answering": ((_LANGUAGE,), ("Text",)),
    "table-question-answering": ((_LANGUAGE,), ("Text", "Tabular")),
    "fill-mask": ((_LANGUAGE,), ("Text",)),
    "summarization": ((_LANGUAGE, _MADE), ("Text",)),
    "translation": ((_LANGUAGE, _MADE), ("Text",)),
    "text-generation": ((_LANGUAGE, _MADE), ("Text",)),
    "text2text-generation": ((_LANGUAGE, _MADE), ("Text",)),
    "text-ranking": ((_LANGUAGE,), ("Text",)),
    "sentence-similarity": ((_LANGUAGE,), ("Text",)),
    "feature-extraction": ((_LANGUAGE,), ("Text",)),
    "automatic-speech-recognition": ((_LANGUAGE,), ("Audio", "Text")),
    "text-to-speech": ((_LANGUAGE, _MADE), ("Audio", "Text")),
    "text-to-audio": ((_MADE,), ("Audio", "Text")),
    "audio-classification": (("Classification",), ("Audio",)),
    "audio-to-audio": (("Other",), ("Audio",)),
    "voice-activity-detection": (("Classification",), ("Audio",)),
    "tabular-classification": (("Classification",), ("Tabular",)),
    "tabular-regression": (("Regression",), ("Tabular",)),
    "time-series-forecasting": (("Time Series",), ("Time Series",)),
    "reinforcement-learning": (("Reinforcement Learning",), ("Other",)),
    "robotics": (("Reinforcement Learning",), ("Other",)),
    "graph-ml": (("Graph Neural Networks",), ("Graph",)),
}
LIBRARIES = {
    "transformers": "Transformers", "sentence-transformers": "Transformers", "peft": "Transformers",
    "pytorch": "PyTorch", "timm": "PyTorch", "diffusers": "PyTorch", "fastai": "PyTorch", "flair": "PyTorch",
    "speechbrain": "PyTorch", "nemo": "PyTorch", "open_clip": "PyTorch", "ultralytics": "PyTorch",
    "stable-baselines3": "PyTorch", "setfit": "PyTorch", "monai": "PyTorch", "tf": "TensorFlow",
    "tensorflow": "TensorFlow", "tf-keras": "Keras", "keras": "Keras", "jax": "JAX", "flax": "JAX",
    "onnx": "ONNX", "sklearn": "Scikit-learn", "scikit-learn": "Scikit-learn", "xgboost": "XGBoost",
    "lightgbm": "LightGBM", "catboost": "CatBoost",
}  # fmt: skip
RELATIONS = {
    "finetune": "fine-tuned",
    "quantized": "quantised",
    "adapter": "adapted",
    "merge": "merged",
    "distill": "distilled",
}
_ENDINGS = {
    "weights": ".safetensors .bin .onnx .onnx_data .pt .pth .ckpt .h5 .keras .gguf .msgpack .tflite .mlmodel "
    ".pkl .joblib",
    "configuration": ".json .yaml .yml .txt .model",
    "documentation": ".md",
    "code": ".py .ipynb",
}
ROLES = {ending: role for role, endings in _ENDINGS.items() for ending in endings.split()}
# What is no word of its author but the Hub's own mark.
MARKS = (
    "region:", "license:", "arxiv:", "doi:", "base_model:", "dataset:", "deploy:", "endpoints_compatible",
    "autotrain_compatible", "text-generation-inference", "text-embeddings-inference",
)  # fmt: skip
