"""Names that exports use: namespaces, and codes of the EU's published vocabularies."""

from fairhaven.catalog.exports.graph import RDF, XSD, Iri, Namespace

ADMS = Namespace("http://www.w3.org/ns/adms#")
BIO = Namespace("https://bioschemas.org/")
BIRO = Namespace("http://purl.org/spar/biro/")
CODEMETA = Namespace("https://w3id.org/codemeta/")
CR = Namespace("http://mlcommons.org/croissant/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
FAIR4ML = Namespace("https://w3id.org/fair4ml#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
FRAPO = Namespace("http://purl.org/cerif/frapo/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
IT6 = Namespace("http://data.europa.eu/it6/")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PAPER = Namespace("https://linkedpaperswithcode.com/class/")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("http://schema.org/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
WORKFLOW = Namespace("https://bioschemas.org/ComputationalWorkflow#")
# Our own words, for what no published vocabulary says: one for every field of the metadata.
OURS = Namespace("https://w3id.org/fairhaven/metadata#")

PREFIXES = (
    ("adms", ADMS),
    ("biro", BIRO),
    ("codemeta", CODEMETA),
    ("cr", CR),
    ("dcat", DCAT),
    ("dct", DCT),
    ("dqv", DQV),
    ("fair4ml", FAIR4ML),
    ("fairhaven", OURS),
    ("foaf", FOAF),
    ("frapo", FRAPO),
    ("hydra", HYDRA),
    ("it6", IT6),
    ("lpwc", PAPER),
    ("owl", OWL),
    ("prov", PROV),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("schema", SCHEMA),
    ("skos", SKOS),
    ("spdx", SPDX),
    ("workflow", WORKFLOW),
    ("xsd", XSD),
)

_EU = "http://publications.europa.eu/resource/authority/"
ACCESS = f"{_EU}access-right/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_LICENCES = {
    "0BSD": "0BSD",
    "AGPL-3.0": "AGPL_3_0",
    "Apache-2.0": "APACHE_2_0",
    "BSD-2-Clause": "BSD_2_CLAUSE",
    "BSD-3-Clause": "BSD_3_CLAUSE",
    "BSL-1.0": "BSL_1_0",
    "CC-BY-4.0": "CC_BY_4_0",
    "CC-BY-NC-4.0": "CC_BYNC_4_0",
    "CC-BY-NC-ND-4.0": "CC_BYNCND_4_0",
    "CC-BY-NC-SA-4.0": "CC_BYNCSA_4_0",
    "CC-BY-ND-4.0": "CC_BYND_4_0",
    "CC-BY-SA-4.0": "CC_BYSA_4_0",
    "CC0-1.0": "CC0",
    "EPL-2.0": "EPL_2_0",
    "EUPL-1.1": "EUPL_1_1",
    "EUPL-1.2": "EUPL_1_2",
    "GPL-2.0": "GPL_2_0",
    "GPL-3.0": "GPL_3_0",
    "ISC": "ISC",
    "LGPL-2.1": "LGPL_2_1",
    "LGPL-3.0": "LGPL_3_0",
    "MIT": "MIT",
    "MPL-2.0": "MPL_2_0",
    "ODC-By-1.0": "ODC_BY",
    "ODbL-1.0": "ODC_BL",
    "PDDL-1.0": "ODC_PDDL",
}
_LANGUAGES = {
    "bg": "BUL", "ca": "CAT", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "eu": "EUS", "fi": "FIN", "fr": "FRA", "ga": "GLE", "gl": "GLG", "hr": "HRV", "hu": "HUN",
    "is": "ISL", "it": "ITA", "ja": "JPN", "lt": "LIT", "lv": "LAV", "mt": "MLT", "nl": "NLD", "no": "NOR",
    "pl": "POL", "pt": "POR", "ro": "RON", "ru": "RUS", "sk": "SLK", "sl": "SLV", "sv": "SWE", "tr": "TUR",
    "uk": "UKR", "zh": "ZHO",
}  # fmt: skip


def eu_licence(spdx: str) -> Iri | None:
    """The EU's name of a licence (authority table `licence`), None for those it does not list."""
    code = _LICENCES.get(spdx.removesuffix("-only").removesuffix("-or-later"))
    return Iri(f"{_EU}licence/{code}") if code else None


def language(code: str) -> Iri:
    """The EU's name of a language by its ISO 639-1 code; lexvo's for others."""
    short = code.lower().partition("-")[0]
    known = _LANGUAGES.get(short)
    return Iri(f"{_EU}language/{known}") if known else Iri(f"http://lexvo.org/id/iso639-1/{short}")


def media_type(name: str) -> Iri | None:
    """IANA's name of a media type; None when it is none."""
    return Iri(MEDIA_TYPES + name) if "/" in name and " " not in name else None
