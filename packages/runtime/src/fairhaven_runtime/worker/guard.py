"""Ties the worker's life to the front's: no worker outlives it, however the front ends."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import select
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def follow(parent: int, descriptor: int) -> None:
    """Arrange to die with `parent`, and with the front, whose end of the socket closes when it goes."""
    leave_signals_to_the_front()
    os.set_inheritable(descriptor, False)
    faulthandler.enable()
    threading.Thread(target=_end_with_socket, args=(descriptor,), daemon=True, name="front-watch").start()
    die_with(parent)


def leave_signals_to_the_front() -> None:
    """A drain lets running predictions finish; the front kills us when it is done."""
    signal.signal(signal.SIGINT, _ignore)
    signal.signal(signal.SIGTERM, _ignore)


def log_what_is_printed() -> None:
    """A module that prints must not write into the front's standard output."""
    os.dup2(2, 1)


def die_with(parent: int) -> None:
    """Ask Linux for SIGKILL when the parent ends: works even while C code holds the interpreter's lock."""
    if _control(PR_SET_PDEATHSIG, signal.SIGKILL) and os.getppid() != parent:
        _end_group()  # it went before we asked


def outlive_parent() -> None:
    """Take `die_with` back, to end in an order of one's own."""
    _control(PR_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Become the parent of what ended workers leave behind, so that somebody reaps it."""
    _control(PR_SET_CHILD_SUBREAPER, 1)


def _ignore(number: int, frame: object) -> None:
    """A handler, since programs that the module starts would inherit SIG_IGN."""


def _control(option: int, value: int) -> bool:
    """Set an attribute of this process, where the system is Linux and its C library can be called."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _end_with_socket(descriptor: int) -> None:
    watch = select.poll()
    watch.register(descriptor, getattr(select, "POLLRDHUP", select.POLLHUP))
    while not watch.poll():
        continue
    _end_group()


def _end_group() -> None:
    """End this process and the children the module started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
