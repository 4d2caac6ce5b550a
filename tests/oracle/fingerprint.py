#!/usr/bin/env python3
"""fingerprint.py: tests/golden/fingerprint.csv, by numpy's corrcoef and plain loops, with permutation.py's arrangements.

Lines: "data,<edge 1..28 of session a>,<of session b>" a subject; then for each problem "<name>,<subjects>,<elements>,<permutations>,<seed>" and
"result,<denominator>,<rate,p,rate_ab,p_ab,rate_ba,p_ba>,<self>,<other>".
"""
import numpy as np

from permutation import orders

SUBJECTS, EDGES = 20, 28


def problem(name, a, b, permutations, seed):
    n = len(a)
    present = ~np.isnan(a).any(0) & ~np.isnan(b).any(0)
    r = np.corrcoef(a[:, present], b[:, present])[:n, n:]
    best_a, best_b = r.argmax(1), r.argmax(0)

    def hits(order):
        return np.array([sum(best_a[s] == order[s] for s in range(n)), sum(best_b[order[s]] == s for s in range(n))])

    observed = hits(np.arange(n))
    nulls, exhaustive = [], False
    for order, exhaustive in orders(np.arange(n)[:, None].astype(float), "all", None, permutations, seed):
        nulls.append(hits(order))
    nulls = np.array(nulls)
    own = 0 if exhaustive else 1
    total = len(nulls) + own
    p_ab, p_ba = ((nulls >= observed).sum(0) + own) / total
    p = ((nulls.sum(1) >= observed.sum()).sum() + own) / total
    diagonal = np.eye(n, dtype=bool)
    print(f"{name},{n},{a.shape[1]},{permutations},{seed}")
    print(f"result,{total}," + ",".join(f"{v:.17g}" for v in (observed.sum() / (2 * n), p, observed[0] / n, p_ab, observed[1] / n, p_ba, r[diagonal].mean(), r[~diagonal].mean())))


def main():
    rng = np.random.default_rng(2)
    own = rng.normal(size=(SUBJECTS, EDGES))
    a = (own + 1.7 * rng.normal(size=own.shape) + 3).astype(np.float32).astype(float)
    b = (own + 1.7 * rng.normal(size=own.shape) + 3).astype(np.float32).astype(float)
    b[3, 9] = np.nan
    print("# made by tests/oracle/fingerprint.py")
    for s in range(SUBJECTS):
        print("data," + ",".join(f"{v:.17g}" for v in [*a[s], *b[s]]))
    problem("all", a, b, 999, 5)
    problem("few", a[:6], b[:6], 720, 5)
    problem("same", a, a, 99, 5)


if __name__ == "__main__":
    main()
