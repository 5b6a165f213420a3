"""What is known before a look at a forge, and what after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from fairhaven.catalog.ports import FILLED


@dataclass(frozen=True)
class Due:
    """A module as far as asking for it needs it: with what was answered last."""

    module_id: UUID
    source: str
    branch: str | None
    commit: str
    answers: Mapping[str, Any]
    surveyed: str | None
    survey: Mapping[str, Any]


@dataclass
class Filling:
    """What was learnt: `answers` of the forge by question, and `survey` of the repository at `surveyed`.

    Attributes:
        problem: why the forge did not say everything, for people.
        again: when to ask again, if not as usual.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    survey: Mapping[str, Any] = field(default_factory=dict)
    surveyed: str | None = None
    problem: str | None = None
    again: datetime | None = None

    @property
    def values(self) -> dict[str, JsonValue]:
        """Each field with its value, who said it, and when; the forge's word counts before the history's."""
        at = self.survey.get("at", "")
        history = [{"source": name, "said": said, "at": at} for name, said in self.survey.get("said", ())]
        found: dict[str, JsonValue] = {}
        for each in [*self.answers.values(), *history]:
            for name in FILLED:
                if name in each["said"]:
                    told = {"value": each["said"][name], "source": each["source"], "at": each["at"]}
                    found.setdefault(name, told)
        return found

    def knows(self, name: str) -> bool:
        return any(name in each["said"] for each in self.answers.values())
