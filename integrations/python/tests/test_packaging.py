import email
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import reviewmaps_monitoring

PROJECT = Path(__file__).resolve().parent.parent


class PackagingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def python(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            env={**os.environ, "PYTHONPATH": str(self.folder / "installed")},
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_the_wheel_has_the_package_its_data_and_its_types_and_works(self):
        # A copy, because a build leaves its traces beside the sources.
        source = self.folder / "source"
        shutil.copytree(PROJECT, source, ignore=shutil.ignore_patterns("__pycache__", "tests", "build", "*.egg-info"))
        pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
        self.python(*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "wheels", "./source")
        (wheel,) = (self.folder / "wheels").iterdir()
        self.assertEqual(wheel.name, f"reviewmaps_monitoring-{reviewmaps_monitoring.__version__}-py3-none-any.whl")
        with zipfile.ZipFile(wheel) as content:
            names = set(content.namelist())
            (metadata,) = (name for name in names if name.endswith("/METADATA"))
            header = email.message_from_bytes(content.read(metadata))
        package = {f"reviewmaps_monitoring/{path.name}" for path in Path(reviewmaps_monitoring.__file__).parent.glob("*.*")}
        self.assertEqual({name for name in names if ".dist-info/" not in name}, package)
        self.assertLess({"reviewmaps_monitoring/definitions.json", "reviewmaps_monitoring/py.typed"}, package)
        self.assertEqual(header["Requires-Python"], ">=3.9")
        needed = [line for line in header.get_all("Requires-Dist") if "extra" not in line]
        self.assertEqual([line.replace("_", "-") for line in needed], ["prometheus-client>=0.13"])
        self.python(*pip, "install", "--no-deps", "--no-index", "--target", "installed", str(wheel))
        code = "import reviewmaps_monitoring as r; r.record_cleanup('campaign', 1); print(r.__file__)"
        self.assertIn("installed", self.python("-c", code))

    def test_a_copy_vendored_under_another_name_works_beside_this_one(self):
        shutil.copytree(
            PROJECT / "reviewmaps_monitoring",
            self.folder / "shop" / "vendor" / "metrics_of_reviewmaps",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        code = (
            f"import sys; sys.path.append({str(PROJECT)!r})\n"
            "from shop.vendor import metrics_of_reviewmaps as copy\n"
            "import reviewmaps_monitoring as original\n"
            "copy.record_cleanup('campaign', 1); original.record_cleanup('campaign', 2)\n"
            "from prometheus_client import REGISTRY\n"
            "print(REGISTRY.get_sample_value('reviewmaps_cleanup_deleted_rows_total', {'table_name': 'campaign'}))\n"
        )
        self.assertEqual(self.python("-c", code), "3.0\n")

    def test_scrapers_need_no_django(self):
        code = "import sys, reviewmaps_monitoring; assert not any(name.startswith('django') for name in sys.modules)"
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
