#!/usr/bin/env python3
"""
Runs the tests against the newest and the oldest releases that the package supports, each in a virtual environment of
its own below the project's .cache/, and checks the types with the newest.

    python3 integrations/python/run_tests.py [newest|oldest] [unittest arguments, such as tests.test_run -v]

Exit code: 0 if everything passed. Needs Python's venv module; pip installs the pinned requirements when they changed.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache" / "python"
SETS = ("newest", "oldest")


def environment(name):
    """The Python of the set's virtual environment, made or brought up to date if need be."""
    folder = CACHE / name
    python = folder / "bin" / "python"
    requirements = HERE / f"requirements-{name}.txt"
    wanted = hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()
    stamp = folder / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"== {name}: installing {requirements.name}", flush=True)
    venv.EnvBuilder(with_pip=True, clear=True).create(folder)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    subprocess.run(install, check=True)
    stamp.write_text(wanted)
    return python


def main(arguments):
    names = [argument for argument in arguments if argument in SETS] or SETS
    rest = [argument for argument in arguments if argument not in SETS]
    failed = []
    for name in names:
        python = str(environment(name))
        print(f"== {name}: tests", flush=True)
        tests = ["-m", "unittest", *rest] if rest else ["-m", "tests"]
        strict = ["-W", "error::DeprecationWarning:reviewmaps_monitoring"]
        if subprocess.run([python, *strict, *tests], cwd=HERE).returncode != 0:
            failed.append(f"{name}: tests")
        if name == "newest" and not rest:
            print(f"== {name}: types", flush=True)
            cache = os.fspath(CACHE / "mypy")
            if subprocess.run([python, "-m", "mypy", "--cache-dir", cache], cwd=HERE).returncode != 0:
                failed.append(f"{name}: types")
    for failure in failed:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
