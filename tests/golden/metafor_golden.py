"""What the scripts run_meta_* share: psql in a database of their own, comparison, and the data of ../shared/data/metaanalysis."""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import threading

import golden_read  # noqa: F401 (notes what is read)

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("PSYRAD_SHARED_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))
META = os.path.join(DATA, "metaanalysis")
REFERENCE = os.path.join(META, "metafor_reference")
END = "-- end of answer"


class Comparison:
    """Counts what was compared, keeps the worst of each kind and every failure."""

    def __init__(self, name):
        self.name, self.database = name, "golden_" + name
        self.worst, self.failures, self.compared, self.counts = {}, [], 0, {}
        self.psql, self.errors = None, tempfile.TemporaryFile("w+")

    def session(self):
        """One psql for the whole script: starting one costs more than most queries."""
        if self.psql is None:
            self.psql = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                         env=dict(os.environ, PGDATABASE=self.database))
        return self.psql

    def sql(self, script):
        psql, lines = self.session(), []
        # From a thread of its own: psql answers while it reads, and a full pipe in either direction would stop both.
        writer = threading.Thread(target=self.tell, args=(psql, script + f"\n\\echo {END}\n"))
        writer.start()
        for line in psql.stdout:
            if line == END + "\n":
                writer.join()
                return [line for line in lines if line]
            lines.append(line.rstrip("\n"))
        psql.wait()
        self.errors.seek(0)
        sys.exit(f"{self.name}: {self.errors.read().strip() or 'psql ended'}")

    @staticmethod
    def tell(psql, text):
        try:
            psql.stdin.write(text)
            psql.stdin.flush()
        except BrokenPipeError:
            pass  # an error in the SQL ended psql; the reader tells it

    def close(self):
        if self.psql is not None:
            self.psql.stdin.close()
            self.psql.wait()
            self.psql = None

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
        self.counts[kind] = self.counts.get(kind, 0) + 1
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
        self.close()
        manage(f"DROP DATABASE {self.database}")
        for kind, (error, where) in sorted(self.worst.items()):
            print(f"  {kind:32s} {error:8.1e} {self.counts[kind]:6d}  {where}")
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
