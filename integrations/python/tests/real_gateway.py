"""The real Pushgateway for one test class, on a free port, without persistence."""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request


def binary():
    return shutil.which("pushgateway") or shutil.which("prometheus-pushgateway")


def free_port():
    """One below those that the system gives to whoever asks for any: nobody is given it before it is used."""
    while True:
        port = random.randrange(16_000, 32_000)
        with contextlib.closing(socket.socket()) as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


class RealGateway:
    def __init__(self):
        program = binary()
        if program is None:
            message = "no pushgateway and no prometheus-pushgateway on the PATH"
            if os.environ.get("CI"):
                raise AssertionError(message)
            raise unittest.SkipTest(message)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [program, f"--web.listen-address=127.0.0.1:{port}", "--persistence.file="],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, "the Pushgateway to start")

    def _answers(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{self.url}/-/ready", timeout=1).status == 200
        return False

    def stop(self):
        self._process.terminate()
        self._process.wait(10)

    def groups(self):
        """The groups by their label `run`."""
        with urllib.request.urlopen(f"{self.url}/api/v1/metrics", timeout=5) as answer:
            return {group["labels"].get("run"): Group(group) for group in json.load(answer)["data"]}


class Group:
    def __init__(self, data):
        self.labels = data["labels"]
        self.families = sorted(name for name, family in data.items() if isinstance(family, dict) and "metrics" in family)
        self._data = data

    def value(self, name, **labels):
        for metric in self._data.get(name, {"metrics": []})["metrics"]:
            own = {key: value for key, value in metric["labels"].items() if key not in self.labels and key != "instance"}
            if own == labels:
                return float(metric["value"] if "value" in metric else metric["count"])
        return None

    @property
    def completed(self):
        return self.value("reviewmaps_scraper_run_completed")


def until(condition, what, seconds=15):
    """Waits for the condition and returns what it returned."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")
