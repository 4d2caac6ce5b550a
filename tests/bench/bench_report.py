"""Benches of the report: its views and its pages over a simulated trial of 10,000 people.

The trial (report_people.sql) is made in a database of its own.  What counts is the CPU time of the server, view by view: each asked for all
of its columns and rows, as a dashboard would; and of `psyrad report` with its server for the whole folder.  Loading ends with report.refresh,
which keeps the answers of the slow views; what those cost where none is kept, and the refresh itself, are printed beside them.
"""
import json
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
# Asked for a part alone, as everybody asks them, and why.
IN_PART = {"seed_region": ("WHERE subject_id = (SELECT min(subject_id) FROM clinical.subject_key) AND seed = 'region 1'",
                           "a row for each scan, seed and region, millions of them: its comment says to filter by seed")}


def drop(name):
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return connection


def fresh(name):
    drop(name).cursor().execute(f"CREATE DATABASE {name}")
    url = f"host='{os.environ['PGHOST']}' user={os.environ['PGUSER']} dbname={name}"
    subprocess.run([TOP / "migrations/bin/deploy", "deploy", url], check=True, stdout=subprocess.DEVNULL)
    return url


def database(name):
    url = fresh(name)
    subprocess.run(["psql", url, "-Xqo", "/dev/null", "-v", f"n={PEOPLE}", "-f", TOP / "tests/bench/report_people.sql"], check=True)
    return url


def cpu_of(session, query):
    """Server CPU of a query, the least of three where it is below a second; given up after a minute."""
    seconds = []
    while len(seconds) < 3 and (not seconds or seconds[-1] < 1):
        before = session.cpu()
        try:
            session.rows(query)
        except psycopg2.errors.QueryCanceled:
            print(f"    did not end within a minute: {query}", flush=True)
        seconds.append(session.cpu() - before)
    return min(seconds)


def views(session, schema="report"):
    """Server CPU of each view of a schema."""
    names = [row[0] for row in session.rows("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'v' ORDER BY 1", (schema,))]
    session.execute("SET statement_timeout = '60s'")
    spent = {name: cpu_of(session, f"SELECT count(*), sum(length(v::text)) FROM {schema}.{name} v {IN_PART.get(name, ('',))[0]}") for name in names}
    session.execute("RESET statement_timeout")
    return spent


def refreshed(session):
    """Server CPU of keeping every answer."""
    before = session.cpu()
    kept = session.rows("SELECT report.refresh()")[0][0]
    return session.cpu() - before, kept


def pages(session):
    """Server CPU of each page's function."""
    names = [row[0] for row in session.rows("SELECT proname FROM pg_proc WHERE pronamespace = 'report'::regnamespace AND proname LIKE 'page\\_%' ORDER BY 1")]
    spent = {}
    for name in names:
        before = session.cpu()
        session.rows(f"SELECT length(report.{name}()::text)")
        spent[name] = session.cpu() - before
    return spent


def rendered(folder):
    """Milliseconds from a page's address to its figures in headless Chromium, by page: wall clock, since that is what a reader waits for."""
    reports = TOP / "tests/report"
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=reports, check=True, stdout=subprocess.DEVNULL)
    return json.loads(subprocess.run(["node", "render.mjs", folder], cwd=reports, check=True, stdout=subprocess.PIPE, text=True).stdout)


def written(url):
    """CPU of the tool alone, the size of the largest page that it writes, and what showing each takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TOP / "build/bin/psyrad", "--db", url, "report", "--out", folder], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = max(path.stat().st_size for path in pathlib.Path(folder).iterdir())
        shown = rendered(folder)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size, shown


def bench_report(_):
    url = database("psyrad_bench_report")
    session = Session("psyrad_bench_report")
    asked = views(session, "report_kept")
    refresh, kept = refreshed(session)
    by_view = views(session)
    by_page = pages(session)
    tool, size, shown = written(url)
    longest = max(shown, key=shown.get)
    total, whole = sum(by_view.values()), sum(by_page.values()) + tool
    print(f"The report over {PEOPLE:,} people with a rating, twelve sessions, two connectomes and a vector of 116 regions each")
    for name, seconds in sorted(by_view.items(), key=lambda item: -item[1])[:12]:
        print(f"    report.{name:<38} {1000 * seconds:8.0f} ms CPU")
    slow = [name for name, seconds in by_view.items() if seconds > 0.2 and name in asked]
    print(f"    {kept} of the views have kept answers: {sum(asked.values()):.1f} s CPU where none is kept (slowest {max(asked, key=asked.get)}, {max(asked.values()):.1f} s), kept by a refresh of {refresh:.1f} s")
    for name, (_, why) in IN_PART.items():
        print(f"    report.{name} is asked for one person: {why}")
    for name, seconds in by_page.items():
        print(f"    report.{name + '()':<38} {1000 * seconds:8.0f} ms CPU")
    print(f"    the report's largest page is {size / 1e6:.1f} MB; with nothing kept it takes the refresh besides: {whole + refresh:.1f} s CPU")
    print(f"    all {len(by_view)} views, each whole                {total:8.2f} s CPU; median {1000 * statistics.median(by_view.values()):.0f} ms; asked: below 2 s: {'holds' if total < 2 else 'ABOVE THE BAR'}")
    print(f"    kept views above 200 ms                {len(slow):8d} of {kept}; asked: none: {'holds' if not slow else 'ABOVE THE BAR'}")
    print(f"    the slowest page to show, {longest:<12} {shown[longest] / 1000:8.2f} s wall; asked: below 2 s: {'holds' if shown[longest] < 2000 else 'ABOVE THE BAR'}")
    print(f"    psyrad report, server and tool         {whole:8.2f} s CPU; asked: below 20 s: {'holds' if whole < 20 else 'ABOVE THE BAR'}\n", flush=True)
    session.connection.close()
    drop("psyrad_bench_report")
    return total < 2 and not slow and whole < 20 and shown[longest] < 2000


BENCHES = {"report": bench_report}
