"""Reading a module's `ai4-metadata.yml`: strict checks with file, line and a suggestion.

`parse` turns the file's text into a `Report`: the typed content when nothing is wrong, and every
problem with its position and what to write instead. The published JSON Schemas of the `ai4-metadata`
package decide what is allowed; formats, empty texts, unquoted dates and misspelt words are checked on top.
Importing this package is light: the YAML reader and the schema library are loaded on first use.
"""

from fairhaven.catalog.metadata.model import Dates, Links, ModuleMetadata, Provenance, Resources, ResourceSet
from fairhaven.catalog.metadata.parts import (
    Agent,
    Architecture,
    Axis,
    BaseModelLink,
    Dataset,
    Evaluation,
    File,
    Grant,
    Impact,
    Limits,
    Metric,
    Port,
    Reference,
    Use,
)
from fairhaven.catalog.metadata.reader import MAX_BYTES, parse
from fairhaven.catalog.metadata.report import Problem, Report, Severity
from fairhaven.catalog.metadata.schemas import (
    Facets,
    FieldHelp,
    SchemaMissing,
    describe_schema,
    facets,
    known_versions,
    newest_version,
    published_schema,
)
from fairhaven.catalog.metadata.writer import write

__all__ = [
    "MAX_BYTES",
    "Agent",
    "Architecture",
    "Axis",
    "BaseModelLink",
    "Dataset",
    "Dates",
    "Evaluation",
    "Facets",
    "FieldHelp",
    "File",
    "Grant",
    "Impact",
    "Limits",
    "Links",
    "Metric",
    "ModuleMetadata",
    "Port",
    "Problem",
    "Provenance",
    "Reference",
    "Report",
    "ResourceSet",
    "Resources",
    "SchemaMissing",
    "Severity",
    "Use",
    "describe_schema",
    "facets",
    "known_versions",
    "newest_version",
    "parse",
    "published_schema",
    "write",
]
