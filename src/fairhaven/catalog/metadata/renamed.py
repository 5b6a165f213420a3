"""Names that metadata files once used or that people often write, and the name that counts today."""

FORBIDDEN = {
    "tosca": "Remove it: deployments are described elsewhere.",
    "sources": "Move its entries to `links`: `source_code`, `docker_image`, `weights`.",
    "dataset_url": "Write it as `dataset` under `links`.",
    "cite_url": "Write it as `citation` under `links`.",
    "date_creation": "Write it as `created` under `dates`, with `updated` beside it.",
    "keywords": "Rename it to `tags`.",
}

FORBIDDEN_NOW: dict[str, tuple[str, ...]] = {
    "dataset_url": ("links", "dataset"),
    "cite_url": ("links", "citation"),
    "keywords": ("tags",),
}

OLD_LINKS = {
    "dataset_url": "`dataset`",
    "training_files_url": "`dataset`",
    "cite_url": "`citation`",
    "pre_trained_weights": "`weights`",
    "code": "`source_code`",
    "docker_registry_repo": "`docker_image`",
    "doi": "`zenodo_doi`, or move it out of `links`",
}

RESOURCE_NAMES = {
    "cpus": "cpu",
    "cores": "cpu",
    "num_cpus": "cpu",
    "gpus": "gpu",
    "num_gpus": "gpu",
    "memory": "memory_MB",
    "memory_mb": "memory_MB",
    "memory_gb": "memory_MB",
    "ram": "memory_MB",
    "ram_mb": "memory_MB",
    "gpu_memory": "gpu_memory_MB",
    "gpu_memory_mb": "gpu_memory_MB",
    "vram": "gpu_memory_MB",
    "storage": "storage_MB",
    "storage_mb": "storage_MB",
    "disk": "storage_MB",
    "disk_mb": "storage_MB",
    "compute_capability": "gpu_compute_capability",
}
