"""Remembers which numbers of ../shared/data/metaanalysis a script has read, so that check_meta_keys can tell what was never compared.

Import it before reading.  Where PSYRAD_GOLDEN_READ names a folder, json.load and csv.DictReader give objects that note the path of every
leaf (a scalar or a list of scalars) that is taken out of them; the paths are written to that folder when the script ends.
"""
import atexit
import csv
import json
import os
import sys

FOLDER = os.environ.get("PSYRAD_GOLDEN_READ")
WATCHED = ("metafor_reference", "golden_meta")
seen = set()


def is_leaf(value):
    return not isinstance(value, dict) and not (isinstance(value, list) and any(isinstance(v, dict) for v in value))


class Tracked(dict):
    """A dict that notes which of its leaves are taken."""

    def __init__(self, content, path):
        super().__init__((key, watch(value, f"{path}/{key}")) for key, value in content.items())
        self.path = path

    def note(self, key):
        if key in self and is_leaf(super().__getitem__(key)):
            seen.add(f"{self.path}/{key}")

    def __getitem__(self, key):
        self.note(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.note(key)
        return super().get(key, default)

    def items(self):
        return [(key, self[key]) for key in self]

    def values(self):
        return [self[key] for key in self]


def watch(value, path):
    if isinstance(value, dict):
        return Tracked(value, path)
    if isinstance(value, list) and not is_leaf(value):
        return [watch(v, path + "[]") for v in value]
    return value


def name_of(file):
    """The name of a watched file, None of others."""
    path = os.path.abspath(getattr(file, "name", "") or "")
    return os.path.basename(path) if os.path.basename(os.path.dirname(path)) in WATCHED else None


def write():
    with open(os.path.join(FOLDER, os.path.basename(sys.argv[0])), "w") as file:
        file.writelines(path + "\n" for path in sorted(seen))


if FOLDER:
    plain_load, PlainReader = json.load, csv.DictReader

    def load(file, **options):
        document, name = plain_load(file, **options), name_of(file)
        return document if name is None else watch(document, name)

    class Reader(PlainReader):
        def __init__(self, file, *arguments, **options):
            super().__init__(file, *arguments, **options)
            self.watched = name_of(file)

        def __next__(self):
            row = super().__next__()
            return row if self.watched is None else Tracked(row, self.watched)

    json.load, csv.DictReader = load, Reader
    atexit.register(write)
