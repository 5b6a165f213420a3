"""The runtime against stock DEEPaaS, MLServer, BentoML and itself, on this machine, in one run.

Every comparison takes turns, five rounds of five seconds, and tells medians. Prints a table of what was
found and whether it is what we aim at; the exit code is 1 when it is not.

    python -m tests.bench.runtime [--rounds 5] [--seconds 5] [--only NAME]
"""

import argparse
import sys
import time

import psutil
from tests.bench.runtime import batching, footprint, peers, recovery, training, trivial, upload
from tests.bench.runtime.report import Finding, Plan, show

QUESTIONS = {
    "trivial": trivial.measure,
    "upload": upload.measure,
    "training": training.measure,
    "recovery": recovery.measure,
    "peers": peers.measure,
    "batching": batching.measure,
    "footprint": footprint.measure,
}


def main() -> int:
    """Ask every question, or those named; 0 when every aim is met."""
    options = _options()
    plan = Plan(options.rounds, options.seconds)
    findings: list[Finding] = []
    for name in options.only or QUESTIONS:
        before, begun = psutil.cpu_percent(interval=1), time.perf_counter()
        found = QUESTIONS[name](plan)
        findings += found
        took, after = time.perf_counter() - begun, psutil.cpu_percent(interval=1)
        others = f"others took {before:.0f} % of the processors before, {after:.0f} % after"
        print(f"\n{name}: {plan.rounds} rounds, {took:.0f} s; {others}")
        show(found)
        sys.stdout.flush()
    missed = [each.what for each in findings if each.met is False]
    print(f"\n{len(missed)} aims not met" if missed else "\nall aims met", *missed, sep="\n  ")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument(
        "--only", action="append", choices=QUESTIONS, metavar="NAME", help="one of: " + ", ".join(QUESTIONS)
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
