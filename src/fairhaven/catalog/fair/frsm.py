"""Metrics for research software, FRSM-01 to 17: FAIR-IMPACT, https://doi.org/10.5281/zenodo.10047401.

Points are those of F-UJI's profile for software 0.7, where every test is worth one. F-UJI looks into
repositories at GitHub; our robot reads what the item's public descriptions tell of its repository.
"""

from fairhaven.catalog.fair.kinds import Control, Metric, Test

_PLATFORM, _AUTHOR, _DOI, _NOBODY = Control.PLATFORM, Control.AUTHOR, Control.DOI, Control.NOBODY
_OPERATOR = "The platform does this for every item: tell the operator that it did not."
_DEPOSIT = "Deposit a release: the repository gives it a DOI."
_TOLD = "Looser: we take the platform's word on what the release's bundle holds, as its CodeMeta tells it."


def _test(id: str, asks: str, control: Control, fix: str, field: str = "", note: str = "") -> Test:
    return Test(id, asks, 1, control, fix, field, note)


FRSM = (
    Metric("FRSM-01-F1", "The software has an identifier that is unique and persistent", "F1", (
        _test("FRSM-01-F1-1", "The identifier leads to a page that machines can read", _PLATFORM, _OPERATOR),
        _test("FRSM-01-F1-2", "The identifier is of a persistent kind", _DOI, _DEPOSIT, "doi"),
        _test("FRSM-01-F1-3", "The kind is usual for software: DOI, SWHID", _DOI, _DEPOSIT, "doi"),
    )),
    Metric("FRSM-02-F1.1", "Its parts have identifiers of their own", "F1.1", (
        _test("FRSM-02-F1.1-1", "Each part that is told has another identifier", _AUTHOR,
              "Describe the files of the release.", "files"),
        _test("FRSM-02-F1.1-2", "It is told that they are parts", _AUTHOR,
              "Describe the files of the release.", "files"),
        _test("FRSM-02-F1.1-3", "Files of code have identifiers too", _AUTHOR,
              "Describe files of code: `role: code`.", "files"),
    )),
    Metric("FRSM-03-F1.2", "Each version has an identifier", "F1.2", (
        _test("FRSM-03-F1.2-1", "The version has another identifier than the software, and it answers",
              _PLATFORM, "Publish a release: a build that passes does."),
        _test("FRSM-03-F1.2-2", "How version and software belong together is told", _PLATFORM,
              "Publish a release: a build that passes does."),
        _test("FRSM-03-F1.2-3", "The number of the version is told", _PLATFORM, _OPERATOR),
    )),
    Metric("FRSM-04-F2", "Metadata says what the software is for", "F2", (
        _test("FRSM-04-F2-1", "A README tells title and description", _AUTHOR,
              "Add a README.md, and describe it as a file of the release.", "files",
              "Stricter: it must be had by the address that is told, and name the title."),
        _test("FRSM-04-F2-2", "Programming language, date and keywords are told", _PLATFORM, _OPERATOR),
        _test("FRSM-04-F2-3", "All this is told in CodeMeta", _PLATFORM, _OPERATOR),
    )),
    Metric("FRSM-05-R1", "Metadata says how it is developed", "R1", (
        _test("FRSM-05-R1-1", "It is told where to ask for help", _AUTHOR,
              "Name where issues are reported, or a maintainer with an address.", "links.issues"),
        _test("FRSM-05-R1-2", "Status of the development, and documentation, are told", _AUTHOR,
              "Name the documentation, and put a classifier `Development Status ::` in pyproject.toml.",
              "links.documentation", _TOLD),
        _test("FRSM-05-R1-3", "All this is told in CodeMeta", _PLATFORM, _OPERATOR),
    )),
    Metric("FRSM-06-F2", "Contributors and their roles are told", "F2", (
        _test("FRSM-06-F2-1", "Contributors are told", _AUTHOR, "Name the authors.", "authors",
              "Stricter: the owner of the repository, taken where authors are silent, does not count."),
        _test("FRSM-06-F2-2", "The citation names them with roles, and by ORCID", _AUTHOR,
              "Give the ORCID of each author.", "authors"),
        _test("FRSM-06-F2-3", "The part of each is told", _NOBODY,
              "No format can tell this yet; F-UJI has no test for it either."),
    )),
    Metric("FRSM-07-F3", "Metadata includes the software's identifier", "F3", (
        _test("FRSM-07-F3-1", "README or citation file has the identifier", _PLATFORM, _OPERATOR),
        _test("FRSM-07-F3-2", "That identifier leads to this software", _PLATFORM, _OPERATOR),
    )),
    Metric("FRSM-08-F4", "The record of metadata persists", "F4", (
        _test("FRSM-08-F4-1", "It is kept by an infrastructure that guarantees persistence", _DOI, _DEPOSIT,
              "links.archive",
              "F-UJI takes a DOI as proof; we take an archive's address (Zenodo, Software Heritage) too. "
              "Our own tombstones do not count."),
        _test("FRSM-08-F4-2", "Public search finds it, by a persistent identifier", _DOI, _DEPOSIT, "doi",
              "Stricter: sitemap or OAI-PMH must list it too."),
        _test("FRSM-08-F4-3", "Several infrastructures tell of each other", _DOI,
              "Archive the source code as well, and name the archive.", "links.archive"),
    )),
    Metric("FRSM-09-A1", "The repository is reached by a standard protocol", "A1", (
        _test("FRSM-09-A1-1", "The repository's address answers", _AUTHOR,
              "Give an address of the repository that everybody reaches.", "links.source_code"),
        _test("FRSM-09-A1-2", "The protocol supports authentication", _AUTHOR,
              "Give an https address of the repository.", "links.source_code"),
    )),
    Metric("FRSM-10-I1", "Formats of what it reads and writes are open and described", "I1", (
        _test("FRSM-10-I1-1", "Formats of inputs or outputs are told", _AUTHOR,
              "Describe inputs and outputs, each with its `format`.", "model"),
        _test("FRSM-10-I1-2", "They are open", _AUTHOR,
              "Take open formats: PNG, CSV, JSON, WAV …", "model"),
        _test("FRSM-10-I1-3", "Where each format is defined is told", _AUTHOR,
              "Give formats as media types, such as `image/png`: their names lead to IANA.", "model"),
    )),
    Metric("FRSM-11-I1", "It has an open interface that machines can read", "I1", (
        _test("FRSM-11-I1-1", "Documentation of the interface is told", _AUTHOR,
              "Name the documentation, or write how it is used.", "links.documentation"),
        _test("FRSM-11-I1-2", "The description of the interface is open", _PLATFORM,
              "Publish a release: a build that passes describes its interface."),
        _test("FRSM-11-I1-3", "It is OpenAPI or the like", _PLATFORM,
              "Publish a release: a build that passes describes its interface."),
    )),
    Metric("FRSM-12-I2", "It refers to what it is used with", "I2", (
        _test("FRSM-12-I2-1", "Articles or data are named, for machines", _AUTHOR,
              "Name a publication or a data set.", "references"),
    )),
    Metric("FRSM-13-R1", "What is needed to use it is described", "R1", (
        _test("FRSM-13-R1-1", "How to install or run it is told", _AUTHOR,
              "Write how it is used, or describe the README as a file of the release.", "use"),
        _test("FRSM-13-R1-2", "Dependencies are told for machines, and building is automatic", _AUTHOR,
              "List the dependencies in pyproject.toml; every commit is built here.", "",
              f"{_TOLD} Builds of this platform count as automatic."),
    )),
    Metric("FRSM-14-R1", "It comes with tests", "R1", (
        _test("FRSM-14-R1-1", "There are tests", _AUTHOR, "Add a folder `tests`.", "", _TOLD),
        _test("FRSM-14-R1-2", "They run by themselves", _AUTHOR,
              "Add a folder `tests`: pytest runs it in every build.", "", _TOLD),
        _test("FRSM-14-R1-3", "How much they cover is told", _NOBODY,
              "No format can tell this yet; F-UJI has no test for it that works for us."),
    )),
    Metric("FRSM-15-R1.1", "The source code includes its licence", "R1.1", (
        _test("FRSM-15-R1.1-1", "There is a licence file", _AUTHOR, "Add a file `LICENSE`.", "", _TOLD),
        _test("FRSM-15-R1.1-2", "Licences of everything that is bundled are told", _AUTHOR,
              "Name every licence in `license-files` of pyproject.toml, or add a NOTICE.", "", _TOLD),
        _test("FRSM-15-R1.1-3", "The licence is one of SPDX", _AUTHOR,
              "Choose a licence, by its SPDX name.", "license"),
    )),
    Metric("FRSM-16-R1.1", "Metadata includes the licence", "R1.1", (
        _test("FRSM-16-R1.1-1", "Licence, and who holds the rights, are told", _AUTHOR,
              "Choose a licence, and name the authors.", "license",
              "Looser: authors count as holders of the rights."),
        _test("FRSM-16-R1.1-2", "The licence is told for machines", _AUTHOR,
              "Choose a licence, by its SPDX name.", "license"),
    )),
    Metric("FRSM-17-R1.2", "Its development can be traced", "R1.2", (
        _test("FRSM-17-R1.2-1", "Repository and commit are told", _AUTHOR,
              "Keep the module in a git repository.", "links.source_code",
              "F-UJI looks for the history itself; we take a commit as its proof."),
        _test("FRSM-17-R1.2-2", "Issues are linked", _AUTHOR,
              "Name where issues are reported.", "links.issues",
              "Looser: F-UJI wants commits that name issues."),
        _test("FRSM-17-R1.2-3", "Provenance is told for machines", _PLATFORM, _OPERATOR),
    )),
)  # fmt: skip
