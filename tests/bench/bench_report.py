"""Benches of the report: its views and its pages over a simulated trial of 10,000 people.

The trial (report_people.sql) is made in a database of its own.  What counts is the CPU time of the server, view by view: each asked for all
of its columns and rows, as a dashboard would; and of `psyrad report` with its server for the whole folder.  Views that give a row a person or
more of single people are for queries with a filter: they are printed for information.
"""
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile

import psycopg2

from bench import Session

TOP = pathlib.Path(__file__).resolve().parents[2]
PEOPLE = 10000
# A row for each subject and region, or connection, of the warehouse.
BY_PERSON = {"seed_region"}


def database(name):
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    url = f"host={os.environ['PGHOST']} user={os.environ['PGUSER']} dbname={name}"
    subprocess.run([TOP / "migrations/bin/deploy", "deploy", url], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["psql", url, "-Xqo", "/dev/null", "-v", f"n={PEOPLE}", "-f", TOP / "tests/bench/report_people.sql"], check=True)
    return url


def views(session):
    """Server CPU of each view, the least of three where it is below a second; a view is given up after a minute."""
    names = [row[0] for row in session.rows("SELECT relname FROM pg_class WHERE relnamespace = 'report'::regnamespace AND relkind = 'v' ORDER BY 1")]
    spent = {}
    session.execute("SET statement_timeout = '60s'")
    for name in names:
        if name in BY_PERSON:
            continue
        seconds = []
        while len(seconds) < 3 and (not seconds or seconds[-1] < 1):
            before = session.cpu()
            try:
                session.rows(f"SELECT count(*), sum(length(v::text)) FROM report.{name} v")
            except psycopg2.errors.QueryCanceled:
                print(f"    report.{name} did not end within a minute", flush=True)
            seconds.append(session.cpu() - before)
        spent[name] = min(seconds)
    return spent


def pages(session):
    """Server CPU of each page's function."""
    names = [row[0] for row in session.rows("SELECT proname FROM pg_proc WHERE pronamespace = 'report'::regnamespace AND proname LIKE 'page\\_%' ORDER BY 1")]
    spent = {}
    for name in names:
        before = session.cpu()
        session.rows(f"SELECT length(report.{name}()::text)")
        spent[name] = session.cpu() - before
    return spent


def written(url):
    """CPU of the tool alone, and the size of what it writes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TOP / "build/bin/psyrad", "--db", url, "report", "--out", folder], check=True, stdout=subprocess.DEVNULL)
        size = max(path.stat().st_size for path in pathlib.Path(folder).iterdir())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size


def bench_report(_):
    url = database("psyrad_bench_report")
    session = Session("psyrad_bench_report")
    by_view = views(session)
    session.execute("RESET statement_timeout")
    by_page = pages(session)
    tool, size = written(url)
    total, whole = sum(by_view.values()), sum(by_page.values()) + tool
    print(f"The report over {PEOPLE:,} people with a rating, twelve sessions, two connectomes and a vector of 116 regions each")
    for name, seconds in sorted(by_view.items(), key=lambda item: -item[1])[:12]:
        print(f"    report.{name:<38} {1000 * seconds:8.0f} ms CPU")
    print(f"    all {len(by_view)} views                           {total:8.2f} s CPU; median {1000 * statistics.median(by_view.values()):.0f} ms; asked: below 2 s: {'holds' if total < 2 else 'ABOVE THE BAR'}")
    for name, seconds in by_page.items():
        print(f"    report.{name + '()':<38} {1000 * seconds:8.0f} ms CPU")
    print(f"    psyrad report, server and tool            {whole:8.2f} s CPU, largest page {size / 1e6:.1f} MB; asked: below 20 s: {'holds' if whole < 20 else 'ABOVE THE BAR'}\n", flush=True)
    session.connection.close()
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute("DROP DATABASE psyrad_bench_report WITH (FORCE)")
    return total < 2 and whole < 20


BENCHES = {"report": bench_report}
