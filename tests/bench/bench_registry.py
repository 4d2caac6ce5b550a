"""Benchmarks of scoring by name, one row a statement, in a deployed warehouse, and of the drift of 200 features over 100,000 rows.

What a dashboard or a service asks for: SELECT model.score('forest', features) for one patient, as an analyst who may score and not read,
in a backend that has scored before.  Figures are the backend's CPU a statement, of a plain statement (parsed and planned each time) and of a
prepared one, the median of rounds of many.
"""
import os
import pathlib
import statistics
import subprocess
import urllib.parse

import numpy as np
import psycopg2

TOP = pathlib.Path(__file__).resolve().parents[2]
DATABASE, ANALYST = "psyrad_bench_registry", "bench_analyst"
FEATURES, TREES, DEPTH = 200, 500, 10
ROUNDS, CALLS = 7, 200


def deploy():
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    url = f"postgresql://{os.environ['PGUSER']}@/{DATABASE}?host={urllib.parse.quote(os.environ['PGHOST'], safe='')}"
    subprocess.run([str(TOP / "migrations/bin/deploy"), "deploy", url], check=True, stdout=subprocess.DEVNULL)


def drop():
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    cursor.execute(f"DROP ROLE IF EXISTS {ANALYST}")
    connection.close()


def documents():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    from bench_models import export, training_set
    x, y = training_set(np.random.default_rng(1), 20_000)
    forest = RandomForestClassifier(TREES, max_depth=DEPTH, max_features=2, max_samples=10_000, random_state=1, n_jobs=1).fit(x, y)
    logistic = LogisticRegression().fit(x[:5000], y[:5000])
    return x, {"forest": (export(forest), forest), "logistic": (export(logistic), logistic)}


def register(session, models):
    session.execute(f"DROP ROLE IF EXISTS {ANALYST}")
    session.execute(f"CREATE ROLE {ANALYST} LOGIN IN ROLE psyrad_analyst")
    session.execute("""INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at)
        VALUES ('model', 'bench', sha256('bench'), 1, 'loaded', '0', now()) RETURNING file_id""")
    file_id = session.cursor.fetchone()[0]
    for name, (document, _) in models.items():
        session.execute("SELECT model.register(%s, %s, 'bench', %s)", (name, document.encode() if isinstance(document, str) else document, file_id))
        session.execute("SELECT model.grant_scoring(%s, %s)", (name, ANALYST))


def server_cpu(session):
    with open(f"/proc/{session.backend}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


def a_statement(session, job):
    """Median CPU seconds of the backend a call, over rounds of different rows, warm."""
    job(0)
    spent = []
    for _ in range(ROUNDS):
        before = server_cpu(session)
        for k in range(CALLS):
            job(k)
        spent.append((server_cpu(session) - before) / CALLS)
    return statistics.median(spent)


def bench_registry(_):
    from bench import Session
    deploy()
    try:
        owner = Session(DATABASE)
        x, models = documents()
        register(owner, models)
        owner.connection.close()
        session = analyst_session()
        rows = ["{" + ",".join(repr(float(v)) for v in row) + "}" for row in x[:CALLS]]
        session.execute("PREPARE score (text, float8[]) AS SELECT model.score($1, $2)")
        print(f"One row a statement, by name, through the registry ({TREES} trees of depth {DEPTH}; {FEATURES} features), warm backend")
        held = True
        for name, (_, model) in models.items():
            found = [session.rows("EXECUTE score (%s, %s)", (name, row))[0][0] for row in rows[:50]]
            worst = np.abs(np.array(found) - model.predict_proba(x[:50])[:, 1]).max()
            assert worst <= (0 if name == "forest" else 1e-12), f"{name}: not the trainer's scores, {worst}"
            for how, sql in (("plain statement", "SELECT model.score(%s, %s::float8[])"), ("prepared", "EXECUTE score (%s, %s)")):
                took = a_statement(session, lambda k: session.rows(sql, (name, rows[k])))
                held &= took < 1e-3
                print(f"    {name + ', ' + how:<66} {took * 1e3:9.4f} ms CPU   asked: under 1 ms: {'holds' if took < 1e-3 else 'BELOW THE BAR'}")
        session.connection.close()
        print(flush=True)
        return held
    finally:
        drop()


def analyst_session():
    """As bench.Session, logged in as the analyst."""
    from bench import Session
    user = os.environ["PGUSER"]
    os.environ["PGUSER"] = ANALYST
    try:
        return Session(DATABASE)
    finally:
        os.environ["PGUSER"] = user


def bench_drift(session):
    from bench_models import rows_table
    from scipy import stats
    matrix = rows_table(session)
    sql = """SELECT d.feature, d.smd, d.ks, d.ks_p FROM (SELECT psyrad.metric_drift(features, id % 3 > 0) AS d FROM bench_rows) x, unnest(x.d) d ORDER BY 1"""
    before = session.cpu()
    ours = np.array(session.rows(sql), float)
    here = session.cpu() - before
    reference, current = matrix[np.arange(len(matrix)) % 3 > 0], matrix[np.arange(len(matrix)) % 3 == 0]
    before = session.cpu()
    theirs = np.array([(current[:, k].mean() - reference[:, k].mean()) / np.sqrt((current[:, k].var(ddof=1) + reference[:, k].var(ddof=1)) / 2) for k in range(FEATURES)])
    ks = np.array([stats.ks_2samp(reference[:, k], current[:, k], method="asymp").statistic for k in range(FEATURES)])
    peer = session.cpu() - before
    assert np.abs(ours[:, 1] - theirs).max() < 1e-12 and np.abs(ours[:, 2] - ks).max() < 1e-12, "the two do not compute the same thing"
    ratio = peer / here
    print(f"Drift of {FEATURES} features, {len(matrix):,} rows (differences, stability index and Kolmogorov-Smirnov in SQL; scipy and numpy without the index, rows given)")
    print(f"    {'metric_drift':<66} {here:9.4f} s CPU\n    {'scipy, in process':<66} {peer:9.4f} s CPU   ratio {ratio:.2f}; asked: 1: {'holds' if ratio >= 1 else 'BELOW THE BAR'}\n", flush=True)
    return ratio >= 1


BENCHES = {"registry": bench_registry, "drift": bench_drift}
