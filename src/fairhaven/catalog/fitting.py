"""Whether what a module needs is here: its own words on resources against what machines offer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fairhaven.catalog.beside import Machine
from fairhaven.catalog.metadata.model import Resources, ResourceSet
from fairhaven.ui import formats
from fairhaven.ui.translations import gettext as _
from fairhaven.ui.translations import ngettext

_MB = 1_000_000  # the unit of the metadata


@dataclass(frozen=True)
class Need:
    """One thing that is needed, in words; what the machine has of it; `fits` is None when nobody knows."""

    words: str
    has: str
    fits: bool | None


@dataclass(frozen=True)
class Fit:
    """What one kind of use needs, held against the machine that suits best (empty: none is known)."""

    use: str
    machine: str
    needs: Sequence[Need]

    @property
    def fits(self) -> bool | None:
        known = [each.fits for each in self.needs if each.fits is not None]
        return all(known) if known else None


def fits(resources: Resources, machines: Sequence[Machine]) -> Sequence[Fit]:
    """For prediction and training, as far as the metadata says something."""
    uses = ((_("To predict"), resources.inference), (_("To train"), resources.training))
    return [_best(use, wanted, machines) for use, wanted in uses if wanted and _needs(wanted, None)]


def _best(use: str, wanted: ResourceSet, machines: Sequence[Machine]) -> Fit:
    if not machines:
        return Fit(use, "", _needs(wanted, None))
    held = [(each, _needs(wanted, each)) for each in machines]
    machine, needs = max(held, key=lambda pair: sum(each.fits is not False for each in pair[1]))
    return Fit(use, machine.name, needs)


def _needs(wanted: ResourceSet, machine: Machine | None) -> Sequence[Need]:
    found = (
        _held(_cores(wanted), wanted.cpu, machine.cpu if machine else None, _count),
        _held(_memory(wanted), wanted.memory_MB, machine.memory / _MB if machine else None, _size),
        _held(_graphics(wanted), wanted.gpu, machine.gpu if machine else None, _count),
        _held(_storage(wanted), wanted.storage_MB, machine.storage / _MB if machine else None, _size),
    )
    return [each for each in found if each]


def _held(words: str, wanted: float | None, has: float | None, said: Callable[[float], str]) -> Need | None:
    if not wanted:
        return None
    if has is None:
        return Need(words, "", None)
    return Need(words, said(has) if has else _("none"), has >= wanted)


def _cores(wanted: ResourceSet) -> str:
    many = wanted.cpu or 0
    return ngettext("%(num)s processor", "%(num)s processors", many) % {"num": many}


def _memory(wanted: ResourceSet) -> str:
    return _("%s of memory") % _size(wanted.memory_MB or 0)


def _storage(wanted: ResourceSet) -> str:
    return _("%s of disk") % _size(wanted.storage_MB or 0)


def _graphics(wanted: ResourceSet) -> str:
    many = wanted.gpu or 0
    words = ngettext("%(num)s graphics processor", "%(num)s graphics processors", many) % {"num": many}
    return f"{words} ({_size(wanted.gpu_memory_MB)})" if wanted.gpu_memory_MB else words


def _count(has: float) -> str:
    return formats.number(has, 0)


def _size(megabytes: float) -> str:
    return formats.size(megabytes * _MB)
