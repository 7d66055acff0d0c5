"""Reads one value of a registry, of an exposition or of a gateway's answer."""

import re


def value_of(text, name, **labels):
    """The value of the series in a text exposition, or None if it is not there."""
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if match and match.group(1) == name:
            found = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or ""))
            if found == labels:
                return float(match.group(3))
    return None


def forget_what_was_said():
    """Lets failures that are logged once be logged again."""
    from reviewmaps_monitoring import quiet

    quiet._said.clear()
