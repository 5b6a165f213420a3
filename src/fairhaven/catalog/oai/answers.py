"""The answers of the protocol as XML (§3.2): an envelope that repeats what was asked, and what was found."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from fairhaven.catalog.exports.graph import clean
from fairhaven.catalog.exports.item import Site
from fairhaven.catalog.oai.protocol import Asked, OaiError, stamp
from fairhaven.catalog.oai.records import PREFIXES, Prefix, sets, sets_of
from fairhaven.catalog.service.harvesting import Record

MEDIA_TYPE = "text/xml; charset=utf-8"
_NAMES = (
    'xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"'
)


def base_url(site: Site) -> str:
    return f"{site.url}/oai"


def envelope(site: Site, asked: Asked | None, body: str) -> str:
    """An answer; a request that was not understood (`asked` is None) is not repeated in it (§3.2)."""
    said = {"verb": asked.verb, **asked.arguments} if asked else {}
    given = "".join(f" {name}={quoteattr(clean(value))}" for name, value in said.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH {_NAMES}>\n'
        f"<responseDate>{stamp(datetime.now(UTC))}</responseDate>\n"
        f"<request{given}>{escape(base_url(site))}</request>\n{body}</OAI-PMH>\n"
    )


def failure(error: OaiError) -> str:
    return f'<error code="{error.code}">{escape(clean(str(error)))}</error>\n'


def identify(site: Site, earliest: datetime, mail: str) -> str:
    return (
        f"<Identify>\n<repositoryName>{escape(clean(site.name))}</repositoryName>\n"
        f"<baseURL>{escape(base_url(site))}</baseURL>\n<protocolVersion>2.0</protocolVersion>\n"
        f"<adminEmail>{escape(mail)}</adminEmail>\n<earliestDatestamp>{stamp(earliest)}</earliestDatestamp>\n"
        "<deletedRecord>persistent</deletedRecord>\n<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>\n</Identify>\n"
    )


def formats() -> str:
    told = "".join(
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>{escape(each.schema)}</schema>"
        f"<metadataNamespace>{escape(each.namespace)}</metadataNamespace></metadataFormat>\n"
        for name, each in PREFIXES.items()
    )
    return f"<ListMetadataFormats>\n{told}</ListMetadataFormats>\n"


def all_sets() -> str:
    told = "".join(
        f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>\n"
        for spec, (name, _) in sets().items()
    )
    return f"<ListSets>\n{told}</ListSets>\n"


def headers(site: Site, found: Iterable[Record], token: str) -> str:
    told = "".join(header(site, each) for each in found)
    return f"<ListIdentifiers>\n{told}{token}</ListIdentifiers>\n"


def records(site: Site, found: Sequence[Record], prefix: Prefix, token: str) -> str:
    told = "".join(record(site, each, prefix) for each in found)
    return f"<ListRecords>\n{told}{token}</ListRecords>\n"


def one(site: Site, found: Record, prefix: Prefix) -> str:
    return f"<GetRecord>\n{record(site, found, prefix)}</GetRecord>\n"


def record(site: Site, found: Record, prefix: Prefix) -> str:
    head = header(site, found)
    if found.item is None:
        return f"<record>{head}</record>\n"
    return f"<record>{head}<metadata>\n{prefix.tell(found.item)}</metadata></record>\n"


def header(site: Site, found: Record) -> str:
    status = ' status="deleted"' if found.gone else ""
    inner = f"<identifier>{escape(identifier(site, found.name))}</identifier>"
    inner += f"<datestamp>{stamp(found.moment)}</datestamp>"
    inner += "".join(f"<setSpec>{spec}</setSpec>" for spec in sets_of(found.terms))
    return f"<header{status}>{inner}</header>\n"


def identifier(site: Site, name: str) -> str:
    """A record is named as its module is: by the persistent identifier."""
    return f"{site.url}/id/module/{quote(name)}"


def token(text: str, *, told: int, total: int, expires: datetime | None) -> str:
    """Where the list goes on; an empty one ends it (§3.5)."""
    until = f' expirationDate="{stamp(expires)}"' if expires else ""
    return f'<resumptionToken{until} completeListSize="{total}" cursor="{told}">{text}</resumptionToken>\n'
