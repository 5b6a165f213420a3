"""How a release is run from elsewhere, as commands and programs that can be copied and that work."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fairhaven.catalog.schemas import Module, Release
from fairhaven.core import sources
from fairhaven.core.sources import Protocol
from fairhaven.ui import forms
from fairhaven.ui.translations import gettext as _

WORKLOAD = "WORKLOAD"  # stands for the identifier of a workload that is not there yet
FILE = "FILE"
_JSON = "application/json"
_LOCAL = "http://127.0.0.1:5000"


@dataclass(frozen=True)
class Way:
    """One way to run it: what it takes, and what to type."""

    title: str
    lede: str
    text: str


def arguments(release: Release) -> Sequence[forms.Field]:
    """What a prediction takes, the needed ones first."""
    try:
        schema = (release.description.get("predict") or {}).get("schema") or {}
        found = forms.fields(schema)
    except (AttributeError, KeyError, TypeError, ValueError):  # a module's own program wrote it
        return ()
    return sorted(found, key=lambda each: not each.required)


def ways(module: Module, release: Release, *, url: str, workload: str = "") -> Sequence[Way]:
    """All that apply; `workload` is one of the reader's that runs already."""
    call = _Call.of(release, workload or WORKLOAD)
    image = (module.metadata.get("links") or {}).get("docker_image")
    found = [
        Way(_("Command line"), _("After pip install fairhaven"), _commands(module, call, url)),
        Way("Python", _("After pip install fairhaven, with a token"), _python(module, call, url)),
        Way("curl", _("With a token in FAIRHAVEN_TOKEN"), _curl(release, call, url, begun=bool(workload))),
        Way(_("On your own machine"), _("With git and Python 3.11 or newer"), _own(module, release, call)),
        Way(
            _("In your own cloud"), _("User data of a new Debian or Ubuntu machine"), _cloud(module, release)
        ),
    ]
    if image:
        found.append(Way("Docker", _("The image that its authors publish"), _docker(str(image), call)))
    return [each for each in found if each.text]


@dataclass(frozen=True)
class _Call:
    """A question with the arguments that it needs: names of files, and values by name."""

    workload: str
    path: str
    files: Sequence[str]
    values: Mapping[str, str]

    @classmethod
    def of(cls, release: Release, workload: str) -> "_Call":
        found = arguments(release)
        files = [each.name for each in found if each.widget == "file"]
        values = {each.name: _example(each) for each in found if each.required and each.widget != "file"}
        accept = next((each for each in found if each.name == "accept"), None)
        if accept and any(each.value == _JSON for each in accept.choices):
            values["accept"] = _JSON
        name = quote(str(release.description.get("name") or release.module))
        return cls(workload, f"/v2/models/{name}/predict/", files, values)

    def curl(self, address: str, *options: str) -> str:
        words = [" ".join(["curl", *options])]
        words += [f"-F {shlex.quote(f'{name}=@{FILE}')}" for name in self.files]
        option = "-F" if self.files else "--data-urlencode"
        words += [f"{option} {shlex.quote(f'{name}={value}')}" for name, value in self.values.items()]
        return _lines([*words, shlex.quote(f"{address}{self.path}")])


def _lines(words: Sequence[str]) -> str:
    """A command over several lines."""
    return " \\\n  ".join(words)


def _example(field: forms.Field) -> str:
    value = field.default if field.default is not None else field.placeholder
    if value in (None, "") and field.choices:
        value = field.choices[0].value
    return _written(value) or "…"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _commands(module: Module, call: _Call, url: str) -> str:
    words = [f"{name}=@{FILE}" for name in call.files]
    words += [f"{name}={value}" for name, value in call.values.items()]
    asked = " ".join(shlex.quote(each) for each in words)
    lines = [f"fairhaven login {url}"]
    if call.workload == WORKLOAD:
        lines.append(f"fairhaven workload start {module.name}")
    return "\n".join([*lines, f"fairhaven workload predict {call.workload} {asked}".strip()])


def _python(module: Module, call: _Call, url: str) -> str:
    given = [f"files={dict.fromkeys(call.files, FILE)!r}"] if call.files else []
    given += [f"values={dict(call.values)!r}"] if call.values else []
    begun = call.workload != WORKLOAD
    known = f'    workload = platform.workloads.get("{call.workload}")\n'
    started = (
        f'    release = platform.modules.get("{module.name}").latest_release\n'
        "    workload = platform.workloads.start(release.id)\n"
        "    platform.workloads.wait(workload.id)\n"
    )
    return (
        "from fairhaven.client import Fairhaven\n\n"
        f'with Fairhaven("{url}", token="fh_…") as platform:\n'
        f"{known if begun else started}"
        f"    answer = platform.workloads.predict({', '.join(['workload.id', *given])})\n"
        f"    print({'answer.json()' if call.values.get('accept') == _JSON else 'answer.content'})"
    )


def _curl(release: Release, call: _Call, url: str, *, begun: bool) -> str:
    who = '-H "Authorization: Bearer $FAIRHAVEN_TOKEN"'
    asked = call.curl(f"{url}/endpoints/{call.workload}", who)
    if begun:
        return asked
    body = shlex.quote(f'{{"release": "{release.id}"}}')
    begin = _lines([f"curl {who}", f"--json {body}", f"{url}/api/v1/workloads"])
    return f"{begin}\n{asked}"


def _own(module: Module, release: Release, call: _Call) -> str:
    address = sources.read(module.source)
    if address.protocol not in (Protocol.HTTPS, Protocol.HTTP):
        return ""
    folder = shlex.quote(address.name)
    lines = [
        f"git clone {shlex.quote(module.source)}",
        f"cd {folder}",
        f"git checkout --detach {release.commit}",
        "python3 -m venv .venv",
        ".venv/bin/pip install .",
        "pip install fairhaven-runtime",
        "fairhaven-runtime serve --python .venv/bin/python",
    ]
    return "\n".join([*lines, call.curl(_LOCAL)])


_CLOUD = """#cloud-config
# Then, from where you are: ssh -L 5000:127.0.0.1:5000 MACHINE, and open {local}
packages: [git, python3-venv]
users:
  - default
  - {{name: model, system: true}}
write_files:
  - path: /etc/systemd/system/model.service
    content: |
      [Unit]
      Description={name}
      Wants=network-online.target
      After=network-online.target
      [Service]
      User=model
      WorkingDirectory={at}
      ExecStart={at}/.runtime/bin/fairhaven-runtime serve --python {at}/.venv/bin/python
      Restart=always
      [Install]
      WantedBy=multi-user.target
runcmd:
{steps}"""


def _cloud(module: Module, release: Release) -> str:
    """What cloud-init makes of a bare machine: the module as a service, heard on the machine alone."""
    if sources.read(module.source).protocol not in (Protocol.HTTPS, Protocol.HTTP):
        return ""
    at = f"/srv/{module.name}"
    commands = [
        ["git", "clone", module.source, at],
        ["git", "-C", at, "checkout", "--detach", release.commit],
        ["python3", "-m", "venv", f"{at}/.venv"],
        [f"{at}/.venv/bin/pip", "install", at],
        ["python3", "-m", "venv", f"{at}/.runtime"],
        [f"{at}/.runtime/bin/pip", "install", "fairhaven-runtime"],
        ["chown", "-R", "model:", at],
        ["systemctl", "enable", "--now", "model.service"],
    ]
    steps = "\n".join(f"  - {json.dumps(each)}" for each in commands)  # YAML reads JSON; no shell does
    return _CLOUD.format(local=_LOCAL, name=module.name, at=at, steps=steps)


def _docker(image: str, call: _Call) -> str:
    run = f"docker run --rm --publish 5000:5000 {shlex.quote(image)}"
    return f"{run}\n{call.curl(_LOCAL)}"
