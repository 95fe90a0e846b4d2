"""`make chaos TRIALS=200`: trials with seeds from a random one on. `SEED=…` repeats a trial, and with TRIALS what follows it."""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.plan import make_plan
from tests.chaos.trial import Trial, prepare
from tests.cluster import build_daemon
from tests.conftest import install_sources, make_server, server_folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description="Trials of a real cluster under random faults.")
    parser.add_argument("--trials", type=int, help="how many; default 20, and 1 with a seed")
    parser.add_argument("--seed", type=int, help="of the first trial; the next ones count up")
    options = parser.parse_args()
    trials = options.trials or (20 if options.seed is None else 1)
    first = random.randrange(1_000_000) if options.seed is None else options.seed
    binary, server = build_daemon(), make_server(server_folder(), durable=True)
    failed: list[int] = []
    # So that whoever ends it finds nothing left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        server.start()
        prepare(server, install_sources)
        for seed in range(first, first + trials):
            folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
            began, trial = time.monotonic(), Trial(make_plan(seed), server, binary, folder)
            violations = trial.run()
            verdict = f"{len(violations)} violations, logs in {folder}" if violations else "clean"
            print(f"seed {seed}: {trial.summary()}, {time.monotonic() - began:.1f} s: {verdict}", flush=True)
            if violations:
                failed.append(seed)
                print(trial.report([violation[:600] for violation in violations]), flush=True)
            else:
                shutil.rmtree(folder)
    finally:
        server.remove()
    repeat = f"; violations with SEED={', SEED='.join(map(str, failed))}" if failed else ""
    print(f"{trials - len(failed)} of {trials} trials without a violation{repeat}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
