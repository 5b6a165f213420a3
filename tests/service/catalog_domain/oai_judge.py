"""Holds answers against the rules of OAI-PMH, run in an environment of its own; arguments: schema, files.

Standard output: what is wrong in each, as JSON. Two rules that a schema cannot say are asked by hand: a
deleted record has no metadata and others have (§2.5.1), and an error of verb or arguments repeats none of
them (§3.2).
"""

import json
import sys
from pathlib import Path

from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"


def main(schema: str, *files: str) -> None:
    rules = etree.XMLSchema(etree.parse(schema))
    print(json.dumps({Path(each).name: judged(rules, etree.parse(each)) for each in files}))


def judged(rules: etree.XMLSchema, tree: etree._ElementTree) -> list[str]:
    rules.validate(tree)
    wrong = [f"{each.line}: {each.message}" for each in rules.error_log]
    for record in tree.iter(f"{OAI}record"):
        deleted = record.find(f"{OAI}header").get("status") == "deleted"
        if deleted == (record.find(f"{OAI}metadata") is not None):
            wrong.append(f"{record.sourceline}: a deleted record with metadata, or another without")
    codes = {each.get("code") for each in tree.iter(f"{OAI}error")}
    if codes & {"badVerb", "badArgument"} and tree.getroot().find(f"{OAI}request").attrib:
        wrong.append("a request that was not understood is repeated")
    return wrong


main(*sys.argv[1:])
