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


def follow(parent: int, descriptor: int) -> None:
    """Arrange to die with `parent`, whose end of the socket `descriptor` closes when it goes."""
    signal.signal(signal.SIGINT, _leave_it_to_the_front)
    signal.signal(signal.SIGTERM, _leave_it_to_the_front)
    os.dup2(2, 1)  # a module that prints must not write into the front's standard output
    faulthandler.enable()
    threading.Thread(target=_end_with_socket, args=(descriptor,), daemon=True, name="front-watch").start()
    if sys.platform.startswith("linux"):
        _die_with_parent(parent)


def _leave_it_to_the_front(number: int, frame: object) -> None:
    """A drain lets running predictions finish; the front kills us when it is done."""


def _die_with_parent(parent: int) -> None:
    """Ask Linux for SIGKILL when the parent ends: works even while C code holds the interpreter's lock."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return  # the watch on the socket remains
    if os.getppid() != parent:
        _end_group()


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
