"""The Hugging Face Hub: models of an organisation as a list, model cards as metadata.

`hub` asks its API, `card` tells a model as ours, `words` translates the Hub's words, `origin` and `catalog`
are the drivers.
"""
