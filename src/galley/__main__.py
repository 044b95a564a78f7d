"""`python -m galley`: the same as the command `galley`.

Runs in: parent.
"""

from __future__ import annotations

import sys

from galley.cli import main

if __name__ == "__main__":
    sys.exit(main())
