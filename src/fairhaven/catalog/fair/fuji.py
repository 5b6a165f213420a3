"""F-UJI's metrics, version 0.8: https://doi.org/10.5281/zenodo.4081213, and `metrics_v0.8.yaml` of F-UJI.

Points and the way they add up are F-UJI's; tests that it does not score are left out. Wording is ours.
"""

from fairhaven.catalog.fair.kinds import Control, Metric, Test

_AUTHOR, _DOI = Control.AUTHOR, Control.DOI
_OPERATOR = "The platform does this for every item: tell the operator that it did not."
_OURS = (Control.PLATFORM, _OPERATOR)
_DEPOSIT = "Deposit a release: the repository gives it a DOI."
_FILES = "Describe the files of the release; those without an address are then had from the platform."

FUJI = (
    Metric(
        "FsF-F1-01MD",
        "Metadata and data have a globally unique identifier",
        "F1",
        (Test("FsF-F1-01MD-1", "The identifier has a known form: address, DOI, handle, UUID …", 1,
              *_OURS),),
        before=("FsF-F1-01D", "FsF-F1-01M"),
    ),
    Metric(
        "FsF-F1-02MD",
        "Metadata and data have a persistent identifier",
        "F1",
        (
            Test("FsF-F1-02MD-1", "The identifier is of a persistent kind: DOI, handle, ARK, w3id …", 0.5,
                 _DOI, _DEPOSIT, "doi",
                 "F-UJI does not count an address of the installation's own, whatever it promises."),
            Test("FsF-F1-02MD-2", "An authority keeps the identifier: asked for it, it leads on", 0.5,
                 _DOI, _DEPOSIT, "doi"),
        ),
        before=("FsF-F1-02D", "FsF-F1-02M"),
    ),
    Metric(
        "FsF-F2-01M",
        "Metadata has what is needed to find and cite it",
        "F2",
        (
            Test("FsF-F2-01M-2", "Creator, title, identifier, date, publisher and kind are told", 1,
                 *_OURS),
            Test("FsF-F2-01M-3", "A summary and keywords are told too", 1, _AUTHOR,
                 "Write a summary, and tags.", "tags"),
        ),
    ),
    Metric(
        "FsF-F3-01M",
        "Metadata names the data that it describes",
        "F3",
        (Test("FsF-F3-01M-2", "An address of the content itself is told", 1, *_OURS,
              note="For a module, the content is its files: weights, code, samples."),),
    ),
    Metric(
        "FsF-F4-01M",
        "Search engines can take the metadata",
        "F4",
        (Test("FsF-F4-01M-1", "schema.org, Dublin Core or DCAT stands within the page", 2, *_OURS),),
    ),
    Metric(
        "FsF-A1-01M",
        "Metadata says who has access",
        "A1",
        (Test("FsF-A1-01M-1", "The access level is told", 1, *_OURS),),
        best=True,
    ),
    Metric(
        "FsF-A1-02MD",
        "Metadata and data can be had by their identifiers",
        "A1",
        (
            Test("FsF-A1-02MD-1", "The identifier leads to metadata", 1, *_OURS),
            Test("FsF-A1-02MD-2", "An address of the content answers", 1, _AUTHOR, _FILES, "files",
                 "We ask for the head of the first eight addresses; one that answers is enough."),
        ),
        before=("FsF-A1-03D",),
    ),
    Metric(
        "FsF-A1.1-01MD",
        "Access is by a standard protocol",
        "A1.1",
        (
            Test("FsF-A1.1-01MD-1", "Metadata is had by HTTP, FTP or the like", 1, *_OURS),
            Test("FsF-A1.1-01MD-2", "Data is had by HTTP, FTP or the like", 1, *_OURS),
        ),
        before=("FsF-A1-02M", "FsF-A1-03D"),
    ),
    Metric(
        "FsF-A1.2-01MD",
        "The protocol can ask who one is",
        "A1.2",
        (
            Test("FsF-A1.2-01MD-1", "The protocol of the metadata supports authentication", 1, *_OURS),
            Test("FsF-A1.2-01MD-2", "The protocol of the data supports authentication", 1, *_OURS),
        ),
    ),
    Metric(
        "FsF-I1-01M",
        "Metadata is in a formal language",
        "I1",
        (
            Test("FsF-I1-01M-1", "JSON-LD or RDFa within the page can be read", 2, *_OURS),
            Test("FsF-I1-01M-2", "RDF is had by content negotiation or a typed link, and can be read", 2,
                 *_OURS),
        ),
        best=True,
    ),
    Metric(
        "FsF-I2-01M",
        "Metadata uses registered vocabularies",
        "I2",
        (Test("FsF-I2-01M-2", "Terms of a registered vocabulary occur", 2, *_OURS,
              note="F-UJI looks in a copy of Linked Open Vocabularies and others, and does not count "
                   "the usual ones (RDF, Dublin Core, schema.org, FOAF, SKOS); our list is short."),),
    ),
    Metric(
        "FsF-I3-01M",
        "Metadata has qualified links to what is related",
        "I3",
        (
            Test("FsF-I3-01M-1", "Something related is named, and in which way it is", 2, _AUTHOR,
                 "Name a publication, a data set or a base model.", "references"),
            Test("FsF-I3-01M-2", "It is named by an address or identifier", 2, _AUTHOR,
                 "Give the DOI or the address of what you name.", "references"),
        ),
        best=True,
    ),
    Metric(
        "FsF-R1-01M",
        "Metadata says what the data is",
        "R1",
        (
            Test("FsF-R1-01M-1", "The kind of thing is told", 1, *_OURS),
            Test("FsF-R1-01M-2", "Size and type of a file are told, or the address of a service", 1, _AUTHOR,
                 _FILES, "files",
                 "Stricter: both must be right for a file that could be had."),
        ),
        before=("FsF-R1-01MD",),
    ),
    Metric(
        "FsF-R1.1-01M",
        "Metadata says the licence",
        "R1.1",
        (Test("FsF-R1.1-01M-1", "A licence is told where licences belong", 1, _AUTHOR,
              "Choose a licence, by its SPDX name.", "license"),),
    ),
    Metric(
        "FsF-R1.2-01M",
        "Metadata says where the data is from",
        "R1.2",
        (
            Test("FsF-R1.2-01M-1", "People, dates or origins are told in words that map to PROV", 1,
                 *_OURS),
            Test("FsF-R1.2-01M-2", "Terms of PROV or PAV occur", 1, *_OURS),
        ),
        best=True,
    ),
    Metric(
        "FsF-R1.3-01M",
        "Metadata follows a standard of its community",
        "R1.3",
        (
            Test("FsF-R1.3-01M-1", "A standard for models is followed: MLDCAT-AP, FAIR4ML, Croissant …", 1,
                 *_OURS,
                 note="Looser: F-UJI knows the RDA's catalogue, where standards for models are not."),
            Test("FsF-R1.3-01M-3", "A standard for all fields is followed: DCAT, DataCite, Dublin Core", 1,
                 *_OURS),
        ),
        best=True,
    ),
    Metric(
        "FsF-R1.3-02D",
        "Data is in formats of its community",
        "R1.3",
        (Test("FsF-R1.3-02D-1", "A file that can be had is in an open or scientific format", 1, _AUTHOR,
              "Describe a file in an open format: text, CSV, JSON, PNG, ONNX, safetensors …", "files",
              "The list of formats is shorter than F-UJI's, and knows formats of models."),),
        best=True,
    ),
)  # fmt: skip
