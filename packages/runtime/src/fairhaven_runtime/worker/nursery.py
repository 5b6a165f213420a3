"""The nursery: has imported what all workers need, and forks one whenever the front asks.

It never imports the module, nor anything on its own account that starts threads or opens a device:
neither survives a fork. One packet of the socket to the front is one message of JSON.
"""

from __future__ import annotations

import argparse
import array
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

from . import guard

SHARED = ("webargs.fields", "marshmallow")
"""What workers import in almost every environment, if it is there."""

PACKET = 65536


def wait_for_birth() -> None:
    """Fork workers until the front goes; returns in each of them, its command line in `sys.argv`."""
    options = _options()
    guard.leave_signals_to_the_front()
    guard.log_what_is_printed()
    guard.adopt_orphans()
    gc.disable()
    importlib.import_module(".main", __package__)
    nursery = Nursery(options)
    if options.preload:
        nursery.import_ahead()
    nursery.run()


class Nursery:
    """The parent of forked workers: follows the front's requests, reaps, reports each end."""

    def __init__(self, options: argparse.Namespace) -> None:
        os.set_inheritable(options.nursery, False)
        self._control = socket.socket(fileno=options.nursery)
        self._options = options
        self._open = False
        self._workers: set[int] = set()
        self._bell, self._rope = socket.socketpair()
        self._hang_up_the_bell()

    def run(self) -> None:
        """Fork and reap until the front goes; returns in each worker."""
        watch = select.poll()
        watch.register(self._control, select.POLLIN)
        watch.register(self._bell, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in watch.poll()]
            if self._bell.fileno() in ready:
                self._bell.recv(PACKET)
                self._reap()
            if self._control.fileno() in ready and self._serve():
                return

    def import_ahead(self) -> None:
        """Import what is commonly used and what is wanted; tell what of that cannot be had."""
        guard.die_with(self._options.parent)  # what is wanted may take long, or hang
        for name in SHARED:
            with suppress(Exception):
                importlib.import_module(name)
        troubles = [_import(name) for name in self._options.preload.split(",") if name]
        if threading.active_count() > 1:
            self._give_up(f"{self._options.preload} starts threads, which do not survive a fork")
        guard.outlive_parent()
        self._open = True
        self._tell({"event": "open", "troubles": [trouble for trouble in troubles if trouble]})

    def _hang_up_the_bell(self) -> None:
        """Have `poll` return when a worker ends."""
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._rope.fileno(), warn_on_full_buffer=False)

    def _give_up(self, reason: str) -> None:
        """End, and tell the front not to try again."""
        self._tell({"event": "failed", "reason": reason})
        os._exit(1)

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            self._end()

    # --- births ------------------------------------------------------------------------------------------

    def _serve(self) -> bool:
        """Do what the front asks for; true in a new worker.

        The first worker does not wait for imports that will help later ones: while it gets ready, the front
        asks for nothing, and then tells us to go on.
        """
        arguments, descriptors = self._receive()
        if not self._open and (self._workers or not arguments):
            self.import_ahead()
        if not arguments:
            return False
        if not descriptors:
            self._tell({"event": "unborn", "reason": "too many files are open"})
            return False
        return self._fork(arguments, descriptors[0])

    def _receive(self) -> tuple[list[str], array.array[int]]:
        """A worker's command line and its end of a socket to the front; or nothing, which means to go on."""
        descriptors = array.array("i")
        room = socket.CMSG_SPACE(descriptors.itemsize)
        try:
            packet, ancillary, _, _ = self._control.recvmsg(PACKET, room, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            packet, ancillary = b"", []
        if not packet:
            self._end()
        for _, _, content in ancillary:
            descriptors.frombytes(content)
        return json.loads(packet), descriptors

    def _fork(self, arguments: list[str], descriptor: int) -> bool:
        parent = os.getpid()
        gc.freeze()  # a collection in the worker would write to, and so copy, all our memory
        try:
            pid = os.fork()
        except OSError as error:
            os.close(descriptor)
            self._tell({"event": "unborn", "reason": str(error.strerror)})
            return False
        if pid == 0:
            self._leave()
            sys.argv[1:] = ["--fd", str(descriptor), "--parent", str(parent), *arguments]
            return True
        os.close(descriptor)
        self._workers.add(pid)
        self._tell({"event": "born", "pid": pid})
        return False

    def _leave(self) -> None:
        """Become a worker: nothing of the nursery stays with it but what was imported."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._control, self._bell, self._rope):
            end.close()
        if "numpy.random" in sys.modules:  # the library's own `random` sees to itself
            sys.modules["numpy.random"].seed()
        gc.enable()

    # --- deaths ------------------------------------------------------------------------------------------

    def _reap(self) -> None:
        """Report each worker that ended, and free its process id once its group is gone."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        with suppress(ChildProcessError):
            while True:
                ended = os.waitid(os.P_ALL, 0, options)
                if ended is None:
                    return
                self._bury(ended)

    def _bury(self, ended: Any) -> None:
        pid = ended.si_pid
        ours = pid in self._workers  # else it is an orphan that a worker left
        if ours:
            self._workers.remove(pid)
            _kill(pid)  # what the module started must not outlive it
        os.waitpid(pid, 0)
        if ours:
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            self._tell({"event": "ended", "pid": pid, "code": code})

    def _end(self) -> None:
        """End with all workers: the front has gone."""
        for pid in self._workers:
            _kill(pid)
        for pid in self._workers:
            os.waitpid(pid, 0)
        os._exit(0)


def _kill(pid: int) -> None:
    """End a worker and the children that the module started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:  # it does not lead a group yet
        os.kill(pid, signal.SIGKILL)
    except PermissionError:
        return  # the module has become another user


def _import(name: str) -> str:
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:  # anybody's code: anything can come out of it
        return f"{name} cannot be imported ahead: {type(error).__name__}: {error}"
    return ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nursery", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--preload", default="")
    return parser.parse_args()
