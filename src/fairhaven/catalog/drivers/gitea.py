"""Gitea's REST API, version 1, which Forgejo keeps: https://docs.gitea.com/api/, https://forgejo.org/docs/."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.drivers import forge_reading as reading
from fairhaven.catalog.ports import Question


class Gitea:
    """Every Gitea and Forgejo, Codeberg among them. They count no contributors: the history does."""

    label = "Gitea"
    hosts = ("codeberg.org", "gitea.com")
    greeting = "/api/v1/version"

    def api(self, web: str) -> str:
        return f"{web}/api/v1"

    def greets(self, status: int, answer: JsonValue) -> bool:
        return status == 200 and isinstance(answer, dict) and isinstance(answer.get("version"), str)

    def headers(self, token: str | None) -> Mapping[str, str]:
        known = {"Accept": "application/json"}
        return {**known, "Authorization": f"token {token}"} if token else known

    def questions(self, repository: str) -> Mapping[str, Question]:
        at = f"/repos/{reading.path_of(repository)}"
        return {
            "repository": Question(at),
            "commits": Question(f"{at}/commits?limit=1&stat=false&verification=false&files=false"),
            "release": Question(f"{at}/releases/latest"),
            "tags": Question(f"{at}/tags?limit=1", unless="latest_release"),
        }

    def read(self, question: str, answer: JsonValue) -> Mapping[str, JsonValue]:
        match question:
            case "repository":
                return _repository(reading.an_object(answer, "full_name"))
            case "commits":
                # `updated_at` of the repository also counts stars and settings.
                newest = [reading.an_object(each) for each in reading.a_list(answer)[:1]]
                return reading.known(pushed=reading.moment(newest[0].get("created")) if newest else None)
            case "release":
                return reading.latest(answer)
            case _:
                return reading.newest_tag(answer)


def _repository(found: reading.Object) -> Mapping[str, JsonValue]:
    licences, topics = found.get("licenses"), found.get("topics")
    page = reading.address(found.get("html_url"))
    # Several licences in one repository: which is for what, nobody says.
    sole = licences[0] if isinstance(licences, list) and len(licences) == 1 else None
    return reading.known(
        created=reading.moment(found.get("created_at")),
        license=reading.licence(sole),
        stars=reading.count(found.get("stars_count")),
        topics=reading.names(topics if isinstance(topics, list) else ()),
        default_branch=reading.text(found.get("default_branch")),
        archived=reading.flag(found.get("archived")),
        homepage=reading.address(found.get("website")),
        issues=f"{page}/issues" if page and found.get("has_issues") is True else None,
    )
