"""Two real harvesters, run in an environment of their own; arguments: base URL, prefix, first day.

Standard output: what each got, as JSON: sickle everything, oaipmh-scythe what changed since that day.
"""

import json
import sys

from oaipmh_scythe import Scythe
from sickle import Sickle


def main(url: str, prefix: str, since: str) -> None:
    old = Sickle(url, max_retries=0)
    headers = list(old.ListRecords(metadataPrefix=prefix, ignore_deleted=False))
    told = [each.metadata for each in headers if not each.header.deleted]
    said = {
        "name": old.Identify().repositoryName,
        "formats": sorted(each.metadataPrefix for each in old.ListMetadataFormats()),
        "sickle": sorted(each.header.identifier for each in headers),
        "since": sorted(each.header.identifier for each in headers if each.header.datestamp >= since),
        "deleted": sorted(each.header.identifier for each in headers if each.header.deleted),
        "titles": sorted({title for each in told for title in each["title"]})[:3],
    }
    with Scythe(url) as new:
        said["scythe"] = sorted(
            each.identifier for each in new.list_identifiers(metadata_prefix=prefix, from_=since)
        )
        said["sets"] = len(list(new.list_sets()))
    print(json.dumps(said))


main(*sys.argv[1:])
