"""OpenML: flows (algorithms with their parameters) that people ran on tasks, with what came out.

`api` asks, `flow` tells a flow as our metadata, `origin` and `catalog` are the drivers.
"""
