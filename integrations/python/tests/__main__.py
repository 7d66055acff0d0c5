"""`python -m tests`: all of them, and at the end the names of those that were skipped, with the reason."""

import sys
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
suite = unittest.defaultTestLoader.discover(str(here), top_level_dir=str(here.parent))
result = unittest.TextTestRunner().run(suite)
for test, reason in result.skipped:
    print(f"skipped {test.id()}: {reason}", file=sys.stderr)
sys.exit(not result.wasSuccessful())
