"""`python -m waymark.worker --socket PATH --slot N`, started by the daemon."""

import argparse
import sys

from waymark.worker.startup import work


def main() -> int:
    """Serve one daemon until it drains this worker or goes away; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m waymark.worker", description="Started by the daemon.")
    parser.add_argument("--socket", required=True, help="the daemon's Unix socket")
    parser.add_argument("--slot", required=True, type=int, help="which of the daemon's workers this is")
    arguments = parser.parse_args()
    return work(arguments.socket, arguments.slot)


if __name__ == "__main__":
    sys.exit(main())
