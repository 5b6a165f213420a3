"""The metadata of published modules: errors only for what is really wrong."""

from pathlib import Path

from fairhaven.catalog.metadata import parse

TABLE = (Path(__file__).parent / "real_files.txt").read_text().splitlines()


def test_every_published_module_is_read_and_all_its_problems_are_listed(real_files: list[Path]) -> None:
    """The table lies in real_files.txt; `pytest -s` prints it."""
    reports = [parse(file.read_bytes(), filename=file.name) for file in real_files]
    told = [str(problem) for report in reports for problem in report.problems]
    print(*told, sep="\n")
    assert len(real_files) == 23
    assert told == TABLE
    assert [file.name for file, report in zip(real_files, reports, strict=True) if not report.valid] == [
        "mods.yml",
        "seeds-classification.yml",
        "socib-rip-currents-detection.yml",
    ]


def test_a_published_modules_content_is_read(real_files: list[Path]) -> None:
    file = next(file for file in real_files if file.name == "zooprocess-multiple-classifier.yml")
    metadata = parse(file.read_bytes()).metadata
    assert metadata is not None
    assert metadata.doi == "10.5281/zenodo.18241878"
    assert metadata.links.docker_image == "ai4oshub/zooprocess-multiple-classifier"
    assert metadata.links.ai4_template == "ai4-template/2.1.1"
    assert metadata.extra == {}
