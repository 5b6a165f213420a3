"""What the locks name has no vulnerability that is known: asked of PyPI by pip-audit, and of npm.

"None found" is also what pip-audit says when it could look nothing up; so it is first asked about a version
that is known to be vulnerable. Where that is not found, the tests are skipped: nothing was audited.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dependencies")]

ROOT = Path(__file__).parents[2]
# Programs that we are measured against, each in an environment of its own that only benchmarks run.
PEERS = ("peer-", "stock-", "bench-", "example-")
LOCKS = sorted(file.name for file in (ROOT / "requirements").glob("*.txt") if not file.name.startswith(PEERS))
# Known, and no danger to us: each with the reason, and what has to happen for it to go.
ACCEPTED: dict[str, str] = {}

KNOWN_TO_BE_VULNERABLE = "jinja2==3.1.2 --hash=sha256:" + "0" * 64
TIME_LIMIT = 240


@pytest.fixture(scope="session")
def pypi(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip unless PyPI tells of a vulnerability that is known."""
    canary = tmp_path_factory.mktemp("audit") / "canary.txt"
    canary.write_text(KNOWN_TO_BE_VULNERABLE)
    found = pip_audit(canary)
    if not any(each.get("vulns") for each in found):
        pytest.skip(f"NOTHING WAS AUDITED: PyPI's vulnerability service is not reached from here: {found}")


@pytest.mark.parametrize("lock", LOCKS)
def test_no_python_package_has_a_known_vulnerability(pypi: None, lock: str) -> None:
    found = pip_audit(ROOT / "requirements" / lock)
    not_looked_up = [each["name"] for each in found if "skip_reason" in each]
    assert not not_looked_up, "these could not be looked up"
    vulnerable = {
        f"{each['name']} {each['version']}": {one["id"]: one["fix_versions"] for one in each["vulns"]}
        for each in found
        if {one["id"] for one in each["vulns"]} - ACCEPTED.keys()
    }
    assert not vulnerable, "upgrade, and `make lock`"


@pytest.mark.skipif(shutil.which("npm") is None, reason="NOTHING WAS AUDITED: npm is not installed")
def test_no_script_of_the_pages_has_a_known_vulnerability(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    told = npm_audit(tmp_path)
    if "auditReportVersion" not in told:
        pytest.skip(f"NOTHING WAS AUDITED: npm's audit service is not reached from here: {told}")
    assert not told["vulnerabilities"], "upgrade in package.json, and lock anew"


def pip_audit(requirements: Path) -> Sequence[dict[str, Any]]:
    """What pip-audit says of each package; nothing when its service cannot be reached."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    command += ["--progress-spinner", "off", "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT)
    try:
        found: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return [{"name": requirements.name, "skip_reason": done.stderr.strip()[-300:]}]
    return found


def npm_audit(folder: Path) -> dict[str, Any]:
    command = ["npm", "audit", "--json", "--audit=true", "--package-lock-only"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT)
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": done.stderr.strip()[-300:]}
    return told
