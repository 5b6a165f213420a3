"""What is told of an installation."""

from collections.abc import Mapping, Sequence

from fairhaven.core.schemas import Reading
from fairhaven.projects.schemas import Balance


class Overview(Reading):
    """An installation in figures; work is counted by its state.

    `facts_waiting` have no line in the audit log since a minute; `deliveries_given_up` were told to nobody
    after all attempts.
    """

    version: str
    people: Mapping[str, int]
    projects: int
    catalog: Mapping[str, int]
    workloads: Mapping[str, int]
    builds: Mapping[str, int]
    quotas: Sequence[Balance]
    audit_lines: int
    facts_waiting: int
    deliveries_waiting: int
    deliveries_given_up: int

    @property
    def well(self) -> bool:
        """Whether nothing is stuck."""
        return not self.facts_waiting and not self.deliveries_given_up
