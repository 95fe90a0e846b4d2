"""`python -m waymark.cli` is the command `waymark`."""

import sys

from waymark.cli import main

sys.exit(main())
