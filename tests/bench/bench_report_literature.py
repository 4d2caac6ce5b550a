"""Bench of the report over a large literature: its views of evidence and its pages of them.

report_literature.sql makes it in a database of its own: 50,000 records that are 40,000 reports, all screened by two people, 400 studies with
1,200 effects and 3,000 findings.  Of so many no bar is asked for the views; that the whole report is written within 20 s of CPU is.
"""
import statistics
import subprocess

from bench import Session
from bench_report import TOP, cpu_of, drop, fresh, pages, views, written

NAME = "psyrad_bench_literature"


def bench_report_literature(_):
    url = fresh(NAME)
    subprocess.run(["psql", url, "-Xqo", "/dev/null", "-f", TOP / "tests/bench/report_literature.sql"], check=True)
    session = Session(NAME)
    pooled = cpu_of(session, "SELECT count(*) FROM evidence.poolable")
    by_view, by_page = views(session), pages(session)
    tool, size, _ = written(url)
    whole = sum(by_page.values()) + tool
    print("The report over a literature of 50,000 records and 400 studies with 1,200 effects and 3,000 findings")
    for name, seconds in sorted(by_view.items(), key=lambda item: -item[1])[:8]:
        print(f"    report.{name:<38} {1000 * seconds:8.0f} ms CPU")
    print(f"    evidence.poolable, under which pools lie       {1000 * pooled:8.0f} ms CPU")
    print(f"    all {len(by_view)} views, each whole                {sum(by_view.values()):8.2f} s CPU; median {1000 * statistics.median(by_view.values()):.0f} ms; for information")
    for name in ("page_literature", "page_meta", "page_acupoints"):
        print(f"    report.{name + '()':<38} {1000 * by_page[name]:8.0f} ms CPU")
    print(f"    psyrad report, server and tool         {whole:8.2f} s CPU, largest page {size / 1e6:.1f} MB; asked: below 20 s: {'holds' if whole < 20 else 'ABOVE THE BAR'}\n", flush=True)
    session.connection.close()
    drop(NAME)
    return whole < 20


BENCHES = {"report_literature": bench_report_literature}
