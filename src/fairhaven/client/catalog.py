"""Modules and releases of a platform."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from fairhaven.catalog.schemas import (
    Assessments,
    ExportFormat,
    ExportFormats,
    Facets,
    ForgeLook,
    FoundModules,
    Hook,
    MetadataCheck,
    MetadataSchema,
    Module,
    ModuleChange,
    ModuleSummary,
    NewMetadataCheck,
    NewModule,
    Readme,
    Release,
    ReleaseChanges,
    SimilarModules,
    Sort,
    Trust,
    Visibility,
)
from fairhaven.client.base import Connection


class Modules:
    """The catalog: `Fairhaven(…).modules`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(
        self,
        q: str | None = None,
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        exact: bool | None = None,
        **facets: Sequence[str],
    ) -> FoundModules:
        """One page of modules; facets by name: `tasks=["Classification"], libraries=["PyTorch"]`.

        Words that no module has are corrected (`corrected` says to what), unless `exact`.
        """
        asked = {"q": q, "sort": sort, "limit": limit, "cursor": cursor, "exact": exact}
        found: FoundModules = self._connection.get("/modules", FoundModules, **asked, **_lists(facets))
        return found

    def every(
        self, q: str | None = None, *, sort: Sort | None = None, **facets: Sequence[str]
    ) -> Iterator[ModuleSummary]:
        """Every module that fits, page after page."""
        return self._connection.every("/modules", ModuleSummary, q=q, sort=sort, limit=200, **_lists(facets))

    def facets(self, q: str | None = None, **facets: Sequence[str]) -> Facets:
        """How many modules fit, and how they fall into the values of each facet."""
        found: Facets = self._connection.get("/module-facets", Facets, q=q, **_lists(facets))
        return found

    def similar(self, name: str, *, limit: int | None = None) -> SimilarModules:
        """The modules most like this one, by the meaning of their texts or by their words."""
        found: SimilarModules = self._connection.get(f"/modules/{name}/similar", SimilarModules, limit=limit)
        return found

    def get(self, name: str) -> Module:
        """One module with everything the catalog knows of it."""
        found: Module = self._connection.get(f"/modules/{name}", Module)
        return found

    def register(
        self,
        url: str,
        branch: str | None = None,
        *,
        project_id: UUID | None = None,
        visibility: Visibility | None = None,
        trust: Trust = Trust.BUILT,
        allow_invalid: bool = False,
    ) -> Module:
        """Register a git address, or a folder of the platform's machine, as a module; a build follows.

        Args:
            trust: whether it is built and run, or listed only.
            allow_invalid: register it even if its metadata has errors: only those see it who can mend it.

        Raises:
            ApiProblem: the source cannot be read, or its metadata has errors (`details.errors` lists them).
        """
        spec = NewModule(
            url=url,
            branch=branch,
            project_id=project_id,
            visibility=visibility,
            trust=trust,
            allow_invalid=allow_invalid,
        )
        made: Module = self._connection.post("/modules", Module, json=spec, idempotent=True)
        return made

    def change(
        self, name: str, *, visibility: Visibility | None = None, trust: Trust | None = None
    ) -> Module:
        """Decide who may see the module, and whether it is built and run; what is not given stays."""
        wanted = ModuleChange(visibility=visibility, trust=trust)
        changed: Module = self._connection.patch(f"/modules/{name}", Module, json=wanted)
        return changed

    def check(self, name: str) -> Module:
        """Look at the repository now; a new commit is built."""
        seen: Module = self._connection.post(f"/modules/{name}/check", Module)
        return seen

    def forge_look(self, name: str) -> ForgeLook:
        """When the module's forge was asked for what the authors leave open, and what went wrong."""
        found: ForgeLook = self._connection.get(f"/modules/{name}/forge-look", ForgeLook)
        return found

    def check_metadata(self, text: str) -> MetadataCheck:
        """What is wrong with a metadata file that is not committed yet, and the file mended."""
        found: MetadataCheck = self._connection.post(
            "/metadata-checks", MetadataCheck, json=NewMetadataCheck(text=text)
        )
        return found

    def metadata_schemas(self) -> Sequence[MetadataSchema]:
        """The versions of the schema that metadata files may declare, oldest first."""
        found: Sequence[MetadataSchema] = self._connection.get("/metadata-schemas", Sequence[MetadataSchema])
        return found

    def metadata_schema(self, version: str) -> dict[str, Any]:
        """One version as JSON Schema."""
        found: dict[str, Any] = self._connection.get(f"/metadata-schemas/{version}", dict[str, Any])
        return found

    def remove(self, name: str) -> None:
        """Take the module out of the catalog; what runs of it keeps running."""
        self._connection.delete(f"/modules/{name}")

    def hook(self, name: str) -> Hook:
        """Where a git server tells of pushes, and with which secret."""
        found: Hook = self._connection.get(f"/modules/{name}/hook", Hook)
        return found

    def rotate_hook(self, name: str) -> Hook:
        """Make another secret for the hook; the one before is refused at once."""
        made: Hook = self._connection.post(f"/modules/{name}/hook/rotate", Hook)
        return made

    def releases(self, name: str) -> Sequence[Release]:
        """The module's releases, newest first."""
        found: Sequence[Release] = self._connection.get(f"/modules/{name}/releases", Sequence[Release])
        return found

    def readme(self, name: str) -> Readme:
        """The README of its repository, as it is at the commit that is followed."""
        found: Readme = self._connection.get(f"/modules/{name}/readme", Readme)
        return found

    def changes(self, name: str, from_: str | None = None, to: str | None = None) -> ReleaseChanges:
        """How two releases differ; else the latest and the one before it."""
        found: ReleaseChanges = self._connection.get(
            f"/modules/{name}/changes", ReleaseChanges, **{"from": from_, "to": to}
        )
        return found

    def export(
        self,
        name: str,
        format: str = "jsonld",
        *,
        profile: str | None = None,
        release: str | None = None,
        dataset: int | None = None,
    ) -> str:
        """The module, or one of its releases, as a document: `turtle`, `bibtex` … (`formats` lists them).

        Args:
            profile: vocabulary of JSON-LD, Turtle and RDF/XML: `mldcat-ap` (the usual), `fair4ml` …
            dataset: which data set Croissant tells, from 1.

        Raises:
            ApiProblem: there is no such format, or the metadata does not say what it demands.
        """
        wanted = {"format": format, "profile": profile, "release": release, "dataset": dataset}
        return self._connection.text(f"/modules/{name}/export", **wanted)

    def formats(self, name: str, *, release: str | None = None) -> Sequence[ExportFormat]:
        """The formats that the module can be had in, and why it cannot be had in others."""
        found: ExportFormats = self._connection.get(
            f"/modules/{name}/formats", ExportFormats, release=release
        )
        return found.formats

    def fair(self, name: str) -> Assessments:
        """How FAIR the module is by the robot's last visit, by metric, and the figures of those before."""
        found: Assessments = self._connection.get(f"/modules/{name}/assessments", Assessments)
        return found

    def assess(self, name: str) -> None:
        """Send the FAIR robot to the module now; `fair` tells what it found, some seconds later."""
        self._connection.post(f"/modules/{name}/assessments", None)

    def release(self, release_id: UUID) -> Release:
        """One release."""
        found: Release = self._connection.get(f"/releases/{release_id}", Release)
        return found


def _lists(facets: dict[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {name: [*values] for name, values in facets.items()}
