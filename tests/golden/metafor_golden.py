"""What the scripts run_meta_* share: psql in a database of their own, comparison, and the data of ../shared/data/metaanalysis."""
import csv
import json
import math
import os
import subprocess
import sys

import golden_read  # noqa: F401 (notes what is read)

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("PSYRAD_SHARED_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))
META = os.path.join(DATA, "metaanalysis")
REFERENCE = os.path.join(META, "metafor_reference")


class Comparison:
    """Counts what was compared, keeps the worst of each kind and every failure."""

    def __init__(self, name):
        self.name, self.database = name, "golden_" + name
        self.worst, self.failures, self.compared = {}, [], 0

    def sql(self, script):
        out = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], input=script, capture_output=True, text=True,
                             env=dict(os.environ, PGDATABASE=self.database))
        if out.returncode != 0:
            sys.exit(f"{self.name}: {out.stderr.strip()}")
        return [line for line in out.stdout.split("\n") if line]

    def rows(self, queries):
        """One row_to_json per query, in one round trip; each query gives exactly one value."""
        lines = self.sql("BEGIN;\n" + "\n".join(f"SELECT coalesce(to_json(({q}))::text, 'null');" for q in queries) + "\nCOMMIT;")
        assert len(lines) == len(queries), f"{len(lines)} answers to {len(queries)} queries"
        return [json.loads(line) for line in lines]

    def check(self, kind, where, actual, expected, tolerance, scale=0.0):
        """|actual - expected| <= tolerance * (|expected| + scale); what metafor has as an error or NA is None."""
        if isinstance(expected, (str, dict)):
            expected = None
        if expected is None and actual is None:
            return
        self.compared += 1
        if expected is None or actual is None:
            self.failures.append(f"{where}: {actual} where metafor has {expected}")
            return
        size = abs(expected) + scale
        error = abs(actual - expected) / size if size > 0 else (0.0 if actual == expected else math.inf)
        if error > self.worst.get(kind, (-1, ""))[0]:
            self.worst[kind] = (error, where)
        if not error <= tolerance:
            self.failures.append(f"{where}: {actual!r} where metafor has {expected!r} (relative error {error:.2g}, {tolerance:.0e} allowed)")

    def run(self, script, *parts, needs_data=True):
        """Skips, enters the test cluster or runs the parts; exits."""
        if needs_data and not os.path.isdir(META):
            print(f"SKIPPED: {META} is absent; {self.name} is not compared with metafor")
            sys.exit(0)
        if "PSYRAD_IN_TEST_CLUSTER" not in os.environ:
            os.execv(os.path.join(HERE, "..", "with-cluster"), ["with-cluster", os.path.abspath(script)])
        manage = lambda command: subprocess.run(["psql", "-XAtq", "-d", "postgres", "-c", command], check=True, stderr=subprocess.DEVNULL)
        manage(f"DROP DATABASE IF EXISTS {self.database}")
        manage(f"CREATE DATABASE {self.database}")
        self.sql("CREATE EXTENSION metastat;")
        for part in parts:
            part(self)
        manage(f"DROP DATABASE {self.database}")
        for kind, (error, where) in sorted(self.worst.items()):
            print(f"  {kind:32s} {error:8.1e}  {where}")
        for failure in self.failures[:40]:
            print("FAILED " + failure)
        print(f"{self.name}: {self.compared} numbers compared with metafor, {len(self.failures)} failed")
        sys.exit(1 if self.failures or not self.compared else 0)


def reference(name):
    return json.load(open(os.path.join(REFERENCE, name + ".new.json")))


def older(name):
    return json.load(open(os.path.join(REFERENCE, name + ".deb.json")))


def table(name):
    with open(os.path.join(REFERENCE, name + ".csv")) as file:
        return list(csv.DictReader(file))


def number(value):
    return "NULL::float8" if value is None or value in ("", "NA") else f"{float(value)!r}::float8"


def numbers(values):
    return ", ".join(number(v) for v in values)


def array(values):
    return "ARRAY[" + ",".join(number(v) for v in values) + "]::float8[]"
