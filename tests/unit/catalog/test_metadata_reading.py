"""What a report says about one metadata file: content, problems, positions, suggestions."""

from datetime import date

import pytest

from fairhaven.catalog.metadata import MAX_BYTES, Problem, Report, Severity, parse

NL = "\n"


def only_error(text: str | bytes) -> Problem:
    errors = parse(text).errors
    assert len(errors) == 1, [str(error) for error in errors]
    return errors[0]


def only_warning(text: str) -> Problem:
    report = parse(text)
    assert report.valid, [str(error) for error in report.errors]
    assert len(report.warnings) == 1, [str(warning) for warning in report.warnings]
    return report.warnings[0]


def test_a_sound_file_gives_typed_content_and_no_problem(good: str) -> None:
    report = parse(good)
    assert report.valid
    assert report.problems == ()
    assert report.metadata is not None
    assert report.metadata.title == "Digits"
    assert report.metadata.links.source_code == "https://example.edu/digits"
    assert report.metadata.libraries == ("Scikit-learn",)


def test_content_is_normalised(good: str) -> None:
    text = good.replace("title: Digits", "title: '  Digits '").replace(
        "links:\n", "links:\n  docker_image: https://hub.docker.com/r/deephdc/digits\n"
    )
    metadata = parse(
        text
        + "doi: https://doi.org/10.5281/zenodo.1\ndates: {created: '2024-01-02', updated: '2024-02-29'}\n"
        "data-type: [Image]\nlicense: MIT\nversion: 1.2.0\nprovenance: {mlflow_run: abc}\n"
        "resources: {inference: {memory_MB: 8000, gpu_compute_capability: 6.1}}\n"
    ).metadata
    assert metadata is not None
    assert metadata.title == "Digits"
    assert metadata.doi == "10.5281/zenodo.1"
    assert metadata.links.docker_image == "deephdc/digits"
    assert metadata.dates is not None
    assert metadata.dates.updated == date(2024, 2, 29)
    assert metadata.data_type == ("Image",)
    assert (metadata.license, metadata.version) == ("MIT", "1.2.0")
    assert metadata.provenance is not None
    assert metadata.provenance.mlflow_run == "abc"
    assert metadata.resources.inference is not None
    assert metadata.resources.inference.memory_MB == 8000


def test_unknown_keys_are_kept_and_warned_about(good: str) -> None:
    report = parse(good + "colour: blue\n")
    assert report.metadata is not None
    assert report.metadata.extra == {"colour": "blue"}
    assert [problem.path for problem in report.warnings] == ["colour"]


def test_a_report_survives_json(good: str) -> None:
    report = parse(good + "colour: blue\n")
    dumped = report.model_dump(mode="json")
    assert dumped["valid"] is True
    assert Report.model_validate(dumped) == report


def test_a_problem_reads_like_a_compiler_message(good: str) -> None:
    problem = only_error(good.replace("Scikit-learn", "sklearn"))
    assert str(problem) == (
        "ai4-metadata.yml:9:5: error: 'sklearn' is not a word for `libraries`. Did you mean 'Scikit-learn'?"
    )
    assert (problem.path, problem.severity) == ("libraries[0]", Severity.ERROR)


def test_the_file_name_is_the_callers() -> None:
    assert str(parse("", filename="digits/ai4-metadata.yml").problems[0]).startswith(
        "digits/ai4-metadata.yml:1:1:"
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "place", "suggestion"),
    [
        ("Scikit-learn", "Scikit-Learn", "libraries[0]", (9, 5), "'Scikit-learn'"),
        ("Scikit-learn", "torch", "libraries[0]", (9, 5), "'PyTorch'"),
        ("  - Classification", "  - Clasification", "tasks[0]", (11, 5), "'Classification'"),
        ("AI4 inference", "inference", "categories[0]", (13, 5), "'AI4 inference'"),
        ("  - Classification", "  - Weather", "tasks[0]", (11, 5), "Use one of: Computer Vision"),
        ("https://example.edu/digits", "not a url", "links.source_code", (7, 16), "scheme and host"),
        ("https://example.edu/digits", "github.com/a/b", "links.source_code", (7, 16), "'https://github.com/a/b'"),
        ("https://example.edu/digits", "git@github.com:a/b.git", "links.source_code", (7, 16), "https://github.com/a/b"),
        ("https://example.edu/digits", "javascript://x/%0aalert(1)", "links.source_code", (7, 16), "https://"),
        ("https://example.edu/digits", "", "links.source_code", (7, 3), "Write a value"),
        ("title: Digits", "title: ''", "title", (2, 8), "Write a value"),
        ("title: Digits", "title: '   '", "title", (2, 8), "Write a value"),
        ("title: Digits", "title:", "title", (2, 1), "Write a value"),
        ("title: Digits", "title: 2024", "title", (2, 8), "'2024'"),
        ("title: Digits", "title: [a]", "title", (2, 8), "`title: |-`"),
        ("title: Digits\n", "", "title", (1, 1), "Add `title:`"),
        ("source_code: https", "dataset: https", "links.source_code", (6, 1), "below `links:`"),
        ("libraries:\n  - Scikit-learn", "libraries: Keras, Other", "libraries", (8, 12), "[Keras, Other]"),
        ("  - digits", "  - digits\n  - digits", "tags[1]", (16, 5), "Remove one"),
        ("  - digits", "  - 2024", "tags[0]", (15, 5), "'2024'"),
        ("  - digits", "  -", "tags[0]", (15, 4), "Write a value"),
        ("2.3.0", "9x9y9", "metadata_version", (1, 19), "`metadata_version: 3.0.0`"),
        ("2.3.0", "2.0", "metadata_version", (1, 19), "`metadata_version: 2.0.0`"),
        ("2.3.0", "v2.1.0", "metadata_version", (1, 19), "`metadata_version: 2.1.0`"),
        ("2.3.0", "2.9.0", "metadata_version", (1, 19), "`metadata_version: 2.3.0`"),
        ("2.3.0", "1.0.0", "metadata_version", (1, 19), "`metadata_version: 2.0.0`"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_place_and_its_mending(
    good: str, old: str, new: str, path: str, place: tuple[int, int], suggestion: str
) -> None:
    problem = only_error(good.replace(old, new, 1))
    assert (problem.path, problem.line, problem.column) == (path, *place)
    assert suggestion in problem.suggestion


@pytest.mark.parametrize(
    ("line", "path", "suggestion"),
    [
        ("doi: not a doi", "doi", "10.5281/zenodo.1234567"),
        ("doi: https://zenodo.org/records/123", "doi", "'10.5281/zenodo.123'"),
        ("dates: {created: '2024-02-31', updated: '2024-03-01'}", "dates.created", "'2024-02-29'"),
        ("dates: {created: yesterday, updated: '2024-03-01'}", "dates.created", "in quotes"),
        ("dates: {created: '2024-8-1', updated: '2024-08-12'}", "dates.created", "'2024-08-01'"),
        ("dates: {created: '31.12.2023', updated: '2024-08-12'}", "dates.created", "'2023-12-31'"),
        ("dates: {created: '2024-08-01'}", "dates.updated", "below `dates:`"),
        ("dates: 2024", "dates", ""),
        ("data-type: [Pictures]", "data-type[0]", "'Image'"),
        ("resources: {inference: {memory: 16GB}}", "resources.inference.memory", "`memory_MB: 16000`"),
        ("resources: {inference: {memory_MB: 16GB}}", "resources.inference.memory_MB", "`memory_MB: 16000`"),
        ("resources: {training: {storage_MB: 1GiB}}", "resources.training.storage_MB", "`storage_MB: 1074`"),
        ("resources: {inference: {cpu: '4'}}", "resources.inference.cpu", "`cpu: 4`"),
        ("resources: {inference: {gpu: -1}}", "resources.inference.gpu", "0 or more"),
        ("resources: {inference: ''}", "resources.inference", ""),
        ("license: 3", "license", "'3'"),
        ("provenance: {mlflow_run: 3}", "provenance.mlflow_run", "'3'"),
        ("tosca: []", "tosca", "Remove it"),
        ("sources: {code: x}", "sources", "`source_code`"),
        ("keywords: [a]", "keywords", "`tags`"),
        ("date_creation: '2020-01-01'", "date_creation", "`created` under `dates`"),
        ("dataset_url: https://a.eu/b", "dataset_url", "`dataset` under `links`"),
        ("cite_url: https://a.eu/b", "cite_url", "`citation` under `links`"),
        ("title: Again", "title", "Remove one `title`"),
        ("note: \"a\\x00b\"", "note", "Remove escapes"),
        ("note: \"\\ud800\"", "note", "Remove escapes"),
        ("note: !!python/object:os.system x", "note", "Remove the tag"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_mending(good: str, line: str, path: str, suggestion: str) -> None:
    problem = only_error(good + line + NL)
    assert problem.path == path
    assert problem.line == 16
    assert suggestion in problem.suggestion


@pytest.mark.parametrize(
    ("line", "path", "suggestion"),
    [
        ("dates: {created: 2024-01-01, updated: '2024-01-02'}", "dates.created", "'2024-01-01', in quotes"),
        ("dates: {created: '2024-01-02', updated: '2024-01-01'}", "dates.updated", "which of the two"),
        ("licence: MIT", "licence", "'license'"),
        ("data_type: [Image]", "data_type", "'data-type'"),
        ("resources: {inference: {colour: 1}}", "resources.inference.colour", "Remove it"),
        ("data-type: []", "data-type", "at least one"),
        ("id: no", "id", "'no'"),
    ],
)
def test_a_doubtful_line_is_a_warning(good: str, line: str, path: str, suggestion: str) -> None:
    problem = only_warning(good + line + NL)
    assert (problem.path, problem.line) == (path, 16)
    assert suggestion in problem.suggestion


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("dataset_url: https://a.eu/b", "`dataset`"),
        ("datasets: https://a.eu/b", "'dataset'"),
        ("training_data: null", "Remove the line"),
        ("citation: http://add-some-DOI-url.com", "real address"),
    ],
)
def test_a_doubtful_link_is_a_warning(good: str, line: str, suggestion: str) -> None:
    problem = only_warning(good.replace("links:\n", f"links:\n  {line}\n"))
    assert problem.line == 7
    assert suggestion in problem.suggestion


@pytest.mark.parametrize(
    "image",
    ["ai4oshub/x", "x", "ghcr.io/a/b:1.0", "localhost:5000/a", "a/b@sha256:" + "0" * 64, "https://h.eu/a"],
)
def test_image_references_as_docker_takes_them_are_accepted(good: str, image: str) -> None:
    assert parse(good.replace("links:\n", f"links:\n  docker_image: {image}\n")).problems == ()


def test_an_image_in_capitals_is_mended(good: str) -> None:
    problem = only_error(good.replace("links:\n", "links:\n  docker_image: AI4OSHub/X:Latest\n"))
    assert problem.suggestion == "Write 'ai4oshub/x:Latest'."


def test_html_in_the_description_is_allowed(good: str) -> None:
    assert parse(good.replace("**digit**", "<b>digit</b> <script>alert(1)</script>")).problems == ()


def test_an_unquoted_date_is_read_as_the_day_it_says(good: str) -> None:
    metadata = parse(good + "dates: {created: 2024-01-01, updated: 2024-01-02}\n").metadata
    assert metadata is not None
    assert metadata.dates is not None
    assert metadata.dates.created == date(2024, 1, 1)


def test_a_file_is_checked_against_the_version_it_declares(good: str) -> None:
    old = good.replace("2.3.0", "2.1.0") + "resources: {inference: {cpu: 1}, training: {cpu: 1}}\n"
    problem = only_warning(old)
    assert problem.path == "resources.training"
    assert problem.suggestion == "Write `metadata_version: 2.3.0`."


def test_what_a_version_does_not_know_yet_is_checked_all_the_same(good: str) -> None:
    text = good.replace("2.3.0", "2.0.0") + "resources: {inference: {cpu: four}}\n"
    assert only_error(text).path == "resources.inference.cpu"


def test_a_file_of_the_first_generation_is_told_to_migrate() -> None:
    report = parse("metadata_version: 1.0.0\ntitle: a\nkeywords: [x]\nsources: {code: https://a.eu/b}\n")
    version = next(problem for problem in report.warnings if problem.path == "metadata_version")
    assert "fairhaven metadata migrate" in version.suggestion
    assert {"sources.docker_registry_repo", "license"} <= {problem.path for problem in report.errors}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "empty"),
        ("# nothing\n", (1, 1), "empty"),
        ("{}", (1, 1), "empty"),
        ("just text", (1, 1), "`key: value` lines"),
        ("- a\n- b\n", (1, 1), "`key: value` lines"),
        ("title: a\n\tsummary: b\n", (2, 1), "tab"),
        ("a: b: c", (1, 5), "no new key"),
        ("a: 'open\nb: c\n", (1, 4), "never closed"),
        ("a: [1, 2\n", (1, 4), "never closed"),
        ("a:\n  - b\n c: d\n", (3, 2), "indentation"),
        ("title: a\nwords\nb: c\n", (2, 1), "neither"),
        ("a: @b", (1, 4), "cannot start"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second YAML document"),
        ("a: *nothing", (1, 4), "refers to nothing"),
        ("a: &a [*a]", (1, 8), "refers to nothing"),
        ("[a]: b", (1, 1), "key must be plain text"),
        ("a: b\x07", (1, 5), "not allowed in YAML"),
        ("a: \ud800", (1, 4), "surrogate"),
        ("%YAML 1.9\n---\na: b\n", (1, 1), "not YAML"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_in_yaml_says_where_and_why(
    text: str, place: tuple[int, int], message: str
) -> None:
    problem = only_error(text)
    assert (problem.line, problem.column) == place, str(problem)
    assert message in problem.message
    assert problem.suggestion


def test_bytes_that_are_not_utf8_are_refused_with_their_place(good: str) -> None:
    problem = only_error(good.replace("Digits", "Dígits").encode("latin-1"))
    assert (problem.line, problem.column) == (2, 9)
    assert problem.suggestion == "Save the file as UTF-8."


def test_a_byte_order_mark_is_ignored(good: str) -> None:
    assert parse(b"\xef\xbb\xbf" + good.encode()).problems == ()


def test_windows_line_ends_count_as_one(good: str) -> None:
    assert only_error(good.replace("Scikit-learn", "scikit").replace("\n", "\r\n")).line == 9


def test_a_file_beyond_the_limit_is_refused(good: str) -> None:
    assert "too big" in only_error(good + "#" * MAX_BYTES).message


def test_a_file_that_grows_through_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    problem = only_error("\n".join(lines))
    assert "aliases" in problem.message
    assert problem.line == 5


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, "{a: " * 5000])
def test_a_file_that_nests_without_end_is_refused(text: str) -> None:
    assert "nested" in only_error(text).message


def test_an_alias_chain_cannot_nest_deeper_than_written() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 1000))
    assert "nested" in only_error(chain).message


def test_a_merge_key_adds_what_the_mapping_does_not_say(good: str) -> None:
    text = good + "base: &base {cpu: 1, gpu: 2}\nresources: {inference: {<<: *base, gpu: 3}}\n"
    metadata = parse(text).metadata
    assert metadata is not None
    assert metadata.resources.inference is not None
    assert (metadata.resources.inference.cpu, metadata.resources.inference.gpu) == (1, 3)


def test_the_list_of_problems_stays_short(good: str) -> None:
    report = parse(good + "data-type: [" + ", ".join(f"w{i}" for i in range(400)) + "]\n")
    assert len(report.problems) == 100


def test_numbers_that_no_json_can_hold_stay_text(good: str) -> None:
    metadata = parse(good + f"odd: [.inf, .nan, 1e999, {'9' * 5000}]\n").metadata
    assert metadata is not None
    assert metadata.extra["odd"] == [".inf", ".nan", "1e999", "9" * 5000]
