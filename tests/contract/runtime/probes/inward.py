"""A module that tells what its own process is like, and starts others."""

import gc
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from webargs import fields

BEFORE = sorted(sys.modules)
FIRST = random.random()


def get_metadata():
    return {"name": "inward", "forked": b"--nursery" in Path("/proc/self/cmdline").read_bytes()}


def get_predict_args():
    return {"mode": fields.Str(missing="facts")}


def predict(mode):
    return {"facts": facts, "child": child, "stray": stray, "litter": litter}[mode]()


def facts():
    return {
        "pid": os.getpid(),
        "leads": os.getpid() == os.getpgid(0) == os.getsid(0),
        "random": FIRST,
        "before": BEFORE,
        "collects": gc.isenabled(),
        "sigchld": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
        "arguments": [text for text in sys.argv if text.startswith("--")],
        "files": sorted(open_files()),
    }


def child():
    """Start a process of our group."""
    return subprocess.Popen(["sleep", "1000"]).pid


def stray():
    """Start a process that leaves our group, and whose parent ends at once."""
    script = "import os; os.fork() and os._exit(0); os.setsid(); print(os.getpid(), flush=True); os.fork()"
    out = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True).stdout
    return int(out)


def litter():
    """End in the midst of writing an answer to a file."""
    spool = sys.argv[sys.argv.index("--spool") + 1]
    Path(spool, "half").write_bytes(b"x" * 1000)
    os._exit(3)


def open_files():
    """What our descriptors lead to; sockets without their numbers."""
    for descriptor in list(Path("/proc/self/fd").iterdir()):
        if descriptor.is_symlink():  # not the one that listed them
            yield str(descriptor.readlink()).split(":[")[0]
