"""The metadata of published modules: errors only for what is really wrong."""

from pathlib import Path

from fairhaven.catalog.metadata import parse

REALLY_WRONG = {
    "mods.yml": {"libraries", "tasks", "categories", "tags"},
    "seeds-classification.yml": {"libraries"},
    "socib-rip-currents-detection.yml": {"metadata_version"},
}
DOUBTFUL = {
    "ai4os-image-classification-tf.yml": {"links.training_data"},
    "conus-classification.yml": {"links.training_data"},
    "plants-classification.yml": {"links.training_data"},
    "seeds-classification.yml": {"links.training_data"},
    "semseg-vaihingen.yml": {"links.dataset_url"},
    "socib-rip-currents-detection.yml": {"dates.updated"},
}


def test_every_published_module_gets_the_report_it_deserves(real_files: list[Path]) -> None:
    reports = {file.name: parse(file.read_bytes(), filename=file.name) for file in real_files}
    errors = {name: {problem.path for problem in report.errors} for name, report in reports.items()}
    warnings = {name: {problem.path for problem in report.warnings} for name, report in reports.items()}
    assert {name: paths for name, paths in errors.items() if paths} == REALLY_WRONG
    assert {name: paths for name, paths in warnings.items() if paths} == DOUBTFUL


def test_a_published_modules_content_is_read(real_files: list[Path]) -> None:
    file = next(file for file in real_files if file.name == "zooprocess-multiple-classifier.yml")
    metadata = parse(file.read_bytes()).metadata
    assert metadata is not None
    assert metadata.doi == "10.5281/zenodo.18241878"
    assert metadata.links.docker_image == "ai4oshub/zooprocess-multiple-classifier"
    assert metadata.links.ai4_template == "ai4-template/2.1.1"
    assert metadata.extra == {}
