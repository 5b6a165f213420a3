"""GitLab's REST API, version 4: https://docs.gitlab.com/api/projects/."""

from collections.abc import Mapping
from urllib.parse import quote

from pydantic import JsonValue

from fairhaven.catalog.drivers import forge_reading as reading
from fairhaven.catalog.ports import Question


class GitLab:
    """gitlab.com and every other GitLab; its projects may lie in groups of groups."""

    label = "GitLab"
    hosts = ("gitlab.com",)
    greeting = "/api/v4/version"

    def api(self, web: str) -> str:
        return f"{web}/api/v4"

    def greets(self, status: int, answer: JsonValue) -> bool:
        """Strangers are not told the version, but in GitLab's words."""
        said = answer if isinstance(answer, dict) else {}
        return (status == 200 and "revision" in said) or (
            status == 401 and said.get("message") == "401 Unauthorized"
        )

    def headers(self, token: str | None) -> Mapping[str, str]:
        known = {"Accept": "application/json"}
        return {**known, "PRIVATE-TOKEN": token} if token else known

    def questions(self, repository: str) -> Mapping[str, Question]:
        at = f"/projects/{quote(repository, safe='')}"
        ranked = f"order_by=commits&sort=desc&per_page={reading.MOST_NAMES}"
        return {
            "project": Question(f"{at}?license=true"),
            "commits": Question(f"{at}/repository/commits?per_page=1"),
            "contributors": Question(f"{at}/repository/contributors?{ranked}"),
            "release": Question(f"{at}/releases/permalink/latest"),
            "tags": Question(f"{at}/repository/tags?per_page=1", unless="latest_release"),
        }

    def read(self, question: str, answer: JsonValue) -> Mapping[str, JsonValue]:
        match question:
            case "project":
                return _project(reading.an_object(answer, "path_with_namespace"))
            case "commits":
                # `last_activity_at` of the project also counts comments: the newest commit is what counts.
                newest = [reading.an_object(each) for each in reading.a_list(answer)[:1]]
                moment = reading.moment(newest[0].get("committed_date")) if newest else None
                return reading.known(pushed=moment)
            case "contributors":
                people = [reading.an_object(each).get("name") for each in reading.a_list(answer)]
                return reading.known(contributors=reading.names(people))
            case "release":
                found = reading.an_object(answer, "tag_name")
                links = found.get("_links")
                page = links.get("self") if isinstance(links, dict) else None
                told = reading.release(found["tag_name"], page, found.get("released_at"))
                return reading.known(latest_release=told)
            case _:
                return reading.newest_tag(answer)


def _project(found: reading.Object) -> Mapping[str, JsonValue]:
    licence, page = found.get("license"), reading.address(found.get("web_url"))
    topics = found.get("topics")
    asked = found.get("issues_access_level") == "enabled" or found.get("issues_enabled") is True
    return reading.known(
        created=reading.moment(found.get("created_at")),
        license=reading.licence(licence.get("key")) if isinstance(licence, dict) else None,
        stars=reading.count(found.get("star_count")),
        topics=reading.names(topics if isinstance(topics, list) else ()),
        default_branch=reading.text(found.get("default_branch")),
        archived=reading.flag(found.get("archived")),
        issues=f"{page}/-/issues" if page and asked else None,
    )
