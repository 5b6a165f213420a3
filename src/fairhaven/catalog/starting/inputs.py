"""What each kind of data means for a new module: its argument, its sample, how the code looks at it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    """What goes into a model.

    Attributes:
        argument: its name in the code.
        word, article: what one is called, alone and with its article.
        port: its type in the metadata.
        kind: `text`, `table` (of numbers) or `file` (bytes): which code is written.
        suffix, media_type: of the sample; a text has none.
    """

    argument: str
    word: str
    article: str
    help: str
    port: str
    kind: str
    suffix: str = ""
    media_type: str = ""

    @property
    def file(self) -> bool:
        return self.kind != "text"

    @property
    def sample(self) -> str:
        return f"sample{self.suffix or '.txt'}"


INPUTS = {
    "Image": Input(
        "image", "image", "an image", "A picture, such as a PNG.", "image", "file", ".png", "image/png"
    ),
    "Text": Input("text", "text", "a text", "The text to look at.", "text", "text"),
    "Time Series": Input(
        "series", "time series", "a time series", "A CSV file with a row for each moment.", "table", "table",
        ".csv", "text/csv",
    ),
    "Tabular": Input(
        "table", "table", "a table", "A CSV file of numbers.", "table", "table", ".csv", "text/csv"
    ),
    "Graph": Input(
        "graph", "graph", "a graph", "A graph as JSON: its edges.", "json", "file", ".json",
        "application/json",
    ),
    "Audio": Input(
        "audio", "recording", "a recording", "A sound, such as a WAV.", "audio", "file", ".wav", "audio/wav"
    ),
    "Video": Input(
        "video", "video", "a video", "A film, such as a Y4M.", "video", "file", ".y4m", "video/x-yuv4mpeg"
    ),
    "Other": Input("file", "file", "a file", "Any file.", "file", "file", ".bin", "application/octet-stream"),
}  # fmt: skip
