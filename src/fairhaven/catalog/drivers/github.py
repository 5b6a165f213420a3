"""GitHub's REST API, version 2022-11-28: https://docs.github.com/rest."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.drivers import forge_reading as reading
from fairhaven.catalog.ports import Question

VERSION = "2022-11-28"


class GitHub:
    """GitHub, and GitHub Enterprise Server where the settings name its host."""

    label = "GitHub"
    hosts = ("github.com",)
    greeting = ""

    def api(self, web: str) -> str:
        return "https://api.github.com" if web == "https://github.com" else f"{web}/api/v3"

    def greets(self, status: int, answer: JsonValue) -> bool:
        return False

    def headers(self, token: str | None) -> Mapping[str, str]:
        known = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}
        return {**known, "Authorization": f"Bearer {token}"} if token else known

    def questions(self, repository: str) -> Mapping[str, Question]:
        at = f"/repos/{reading.path_of(repository)}"
        return {
            "repository": Question(at),
            "contributors": Question(f"{at}/contributors?per_page={reading.MOST_NAMES}"),
            "release": Question(f"{at}/releases/latest"),
            "tags": Question(f"{at}/tags?per_page=1", unless="latest_release"),
        }

    def read(self, question: str, answer: JsonValue) -> Mapping[str, JsonValue]:
        match question:
            case "repository":
                return _repository(reading.an_object(answer, "full_name", "pushed_at"))
            case "contributors":
                people = (reading.an_object(each) for each in reading.a_list(answer))
                logins = [each.get("login") for each in people if each.get("type") != "Bot"]
                return reading.known(contributors=reading.names(logins))
            case "release":
                return reading.latest(answer)
            case _:
                return reading.newest_tag(answer)


def _repository(found: reading.Object) -> Mapping[str, JsonValue]:
    licence, page = found.get("license"), reading.address(found.get("html_url"))
    topics = found.get("topics")
    return reading.known(
        # `updated_at` changes when somebody gives a star: the last push is what counts.
        pushed=reading.moment(found["pushed_at"]),
        created=reading.moment(found.get("created_at")),
        license=reading.licence(licence.get("spdx_id")) if isinstance(licence, dict) else None,
        stars=reading.count(found.get("stargazers_count")),
        topics=reading.names(topics if isinstance(topics, list) else ()),
        default_branch=reading.text(found.get("default_branch")),
        archived=reading.flag(found.get("archived")),
        homepage=reading.address(found.get("homepage")),
        issues=f"{page}/issues" if page and found.get("has_issues") is True else None,
    )
