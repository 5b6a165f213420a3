"""A module's README, as its repository has it."""

from fairhaven.core.schemas import Reading


class Readme(Reading):
    """The text as it stands in `file` at `commit`; `cut`: its end is left out, for it is very long."""

    file: str
    commit: str
    text: str
    cut: bool = False

    @property
    def markdown(self) -> bool:
        """Whether the text is Markdown; other texts are shown as they are."""
        return self.file.lower().endswith(".md")
