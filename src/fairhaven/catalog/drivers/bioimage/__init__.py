"""The BioImage Model Zoo: its index as a list of modules, its models as modules that are built and run.

`reading` understands descriptions of models (RDF 0.4 and 0.5), `metadata` tells them as ours, `module` writes
a module around a model, `origin` and `catalog` are the drivers.
"""
