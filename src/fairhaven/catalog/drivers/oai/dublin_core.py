"""Simple Dublin Core (http://www.openarchives.org/OAI/2.0/oai_dc/)."""

from fairhaven.catalog.drivers.oai.description import Description, Person, with_words
from fairhaven.catalog.drivers.oai.xml import Element


def read(root: Element) -> Description:
    """What an `oai_dc:dc` element says."""

    def texts(name: str) -> list[str]:
        return [text for each in root.all(name) if (text := each.text.strip())]

    titles, days = texts("title"), sorted(texts("date"))
    # The first description is the short one, where there are several.
    told = texts("description")
    said = Description(
        title=titles[0] if titles else "",
        summary=told[0] if told else "",
        description="\n\n".join(told[1:] or told),
        creators=[Person(name) for name in texts("creator")],
        contributors=[Person(name) for name in texts("contributor")],
        rights=texts("rights"),
        identifiers=texts("identifier"),
        sources=[*texts("source"), *texts("relation")],
        published=days[0] if days else "",
        publisher=next(iter(texts("publisher")), ""),
        languages=texts("language"),
    )
    return with_words(said, texts("subject"))
