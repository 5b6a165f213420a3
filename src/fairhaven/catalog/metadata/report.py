"""What reading a metadata file tells: problems with their positions, and the content when it is sound."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field

from fairhaven.catalog.metadata.model import ModuleMetadata


class Severity(StrEnum):
    """An error makes the file invalid; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(BaseModel):
    """One thing to put right, where it is and what to write instead.

    `line` and `column` count from 1; `path` is empty when the whole file is meant; `suggestion` is empty
    when there is nothing sensible to propose.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    path: str
    line: int
    column: int
    message: str
    suggestion: str = ""
    file: str = "ai4-metadata.yml"

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"
        return f"{text} {self.suggestion}" if self.suggestion else text


class Report(BaseModel):
    """The result of reading one file; `metadata` is present exactly when `valid`."""

    model_config = ConfigDict(frozen=True)

    metadata: ModuleMetadata | None
    problems: tuple[Problem, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def valid(self) -> bool:
        """True when no problem is an error."""
        return not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the file invalid, in the order of the file."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that the file may keep, in the order of the file."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)
