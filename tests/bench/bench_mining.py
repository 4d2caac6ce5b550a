"""Benchmark of prescription mining: item sets of 10,000 prescriptions of 12 points at 1 % support, against one second of CPU and against Apriori in SQL.

The prescriptions are made in the database from hashes: 12 draws out of 361 points, the first ones much more often, as the literature uses them.
The peer counts sets of one and two points only, by a join, which is the part of the job that SQL can do.
"""
import statistics

MAKE = """
CREATE UNLOGGED TABLE bench_prescription AS
SELECT b AS id, array_agg(DISTINCT 1 + floor(361 * ((('x' || left(md5(b || '-' || i), 7))::bit(28)::int)::float8 / 268435456) ^ 3)::int) AS items
FROM generate_series(1, 10000) b, generate_series(1, 12) i GROUP BY b"""
OURS = "SELECT count(*) FROM psyrad.itemset_final((SELECT psyrad.itemset_state(items, 1) FROM bench_prescription), 0.01, 12)"
PEER = """
SELECT count(*) FROM (SELECT x.i, y.i FROM (SELECT id, i FROM bench_prescription, unnest(items) i) x JOIN (SELECT id, i FROM bench_prescription, unnest(items) i) y
	ON x.id = y.id AND x.i <= y.i GROUP BY 1, 2 HAVING count(*) >= 100) f"""


def seconds(session, sql, rounds=7):
    session.rows(sql)
    spent = []
    for _ in range(rounds):
        before = session.cpu()
        session.rows(sql)
        spent.append(session.cpu() - before)
    return statistics.median(spent)


def bench_mining(session):
    session.execute("CREATE EXTENSION IF NOT EXISTS catalogue")
    session.execute("DROP TABLE IF EXISTS bench_prescription")
    session.execute(MAKE)
    sets = session.rows(OURS)[0][0]
    ours, peer = seconds(session, OURS), seconds(session, PEER, rounds=3)
    holds = ours < 1
    print(f"mining 10,000 prescriptions of 12 points at 1 % support: {sets} sets of any size")
    print(f"    {'itemset_final over itemset_state':<66} {ours:9.4f} s CPU")
    print(f"    {'sets of one and two points by a join in SQL':<66} {peer:9.4f} s CPU")
    print(f"    {peer / ours:.1f} times; asked: below 1 s CPU: {'holds' if holds else 'BELOW THE BAR'}\n", flush=True)
    session.execute("DROP TABLE bench_prescription")
    return holds


BENCHES = {"mining": bench_mining}
