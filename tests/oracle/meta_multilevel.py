#!/usr/bin/env python3
"""Exact three-level fits and cluster-robust variances of small sets, at 40 digits, for tests/unit/test_meta_multilevel.c.

Usage: "$(tests/oracle/environment)/bin/python" tests/oracle/meta_multilevel.py tests/golden

Independent of the library: full N x N matrices throughout.  REML variances are roots of the gradient, written with P, found from the
best point of a grid; CR2 and Satterthwaite's df follow Pustejovsky & Tipton 2018, equations 5 to 8 and 11, with the matrix P in full.
"""
import random
import sys

from mpmath import mp, mpf, matrix, eye, diag, sqrt, log, pi, lu_solve, inverse, det, eigsy, cholesky, findroot

mp.dps = 40


def trace(a):
    return sum(a[i, i] for i in range(a.rows))


def blocks(cluster):
    return [[i for i, c in enumerate(cluster) if c == name] for name in sorted(set(cluster))]


def sub(a, rows, columns=None):
    columns = range(a.cols) if columns is None else columns
    return matrix([[a[i, j] for j in columns] for i in rows])


class Model:
    def __init__(self, y, v, x, cluster, effect, rho):
        n = len(y)
        self.y, self.x, self.n, self.p, self.cluster = matrix(y), matrix(x), n, len(x[0]), cluster
        self.g = [matrix(n, n), matrix(n, n)]
        self.v = matrix(n, n)
        for i in range(n):
            for j in range(n):
                same = cluster[i] == cluster[j]
                self.g[0][i, j] = mpf(int(same))
                self.g[1][i, j] = mpf(int(same and effect[i] == effect[j]))
                self.v[i, j] = v[i] if i == j else rho * sqrt(v[i] * v[j]) if same else mpf(0)

    def at(self, s):
        m = self.v + s[0] * self.g[0] + s[1] * self.g[1]
        w = inverse(m)
        r = inverse(self.x.T * w * self.x)
        projector = w - w * self.x * r * self.x.T * w
        return m, w, r, projector

    def loglik(self, s):
        m, w, r, projector = self.at(s)
        q = (self.y.T * projector * self.y)[0]
        return (-(self.n - self.p) * log(2 * pi) + log(det(self.x.T * self.x)) - log(det(m)) + log(det(r)) - q) / 2

    def gradient(self, s):
        projector = self.at(s)[3]
        u = projector * self.y
        return [(u.T * g * u)[0] - trace(projector * g) for g in self.g]

    def reml(self):
        grid = [mpf(0)] + [mpf(4) ** e for e in range(-6, 2)]
        start = max(((a, b) for a in grid for b in grid), key=lambda s: self.loglik(s))
        # From the edge when the gradient points out of it, else inside.
        fixed = [start[i] == 0 and self.gradient(start)[i] <= 0 for i in range(2)]
        start = [t if t > 0 else mpf(1) / 512 for t in start]
        if all(fixed):
            return [mpf(0), mpf(0)]
        if any(fixed):
            free = 0 if fixed[1] else 1
            put = lambda t: [mpf(0), t] if free else [t, mpf(0)]
            root = put(findroot(lambda t: self.gradient(put(t))[free], start[free], maxsteps=100, verify=False))
        else:
            root = list(findroot(lambda a, b: self.gradient([a, b]), start, maxsteps=100, verify=False))
        gradient = self.gradient(root)
        if any(root[i] < 0 or gradient[i] > mpf(10) ** -25 or (root[i] > 0 and gradient[i] < -mpf(10) ** -25) for i in range(2)):
            return None
        return root

    def robust(self, s, corrected):
        m, w, r, projector = self.at(s)
        b = r * self.x.T * w * self.y
        e = self.y - self.x * b
        hat = eye(self.n) - self.x * r * self.x.T * w
        meat, rows = matrix(self.p, self.p), []
        for index in blocks(self.cluster):
            target = sub(m, index, index)
            if corrected:
                d = cholesky(target).T
                middle = d * sub(hat, index) * m * sub(hat, index).T * d.T
                values, vectors = eigsy((middle + middle.T) / 2)
                # Eigenvalues that are 0 but for rounding belong to what the cluster alone determines.
                root = diag([1 / sqrt(l) if l > mpf(10) ** -25 * max(values) else mpf(0) for l in values])
                a = d.T * vectors * root * vectors.T * d
            else:
                a = eye(len(index))
            bread = sub(self.x, index).T * sub(w, index, index) * a
            f = bread * sub(e, index)
            meat += f * f.T
            rows.append(r * bread * sub(hat, index))
        cov = r * meat * r
        out = []
        for i in range(self.p):
            g = matrix([[row[i, j] for j in range(self.n)] for row in rows])
            pm = g * m * g.T
            out += [sqrt(cov[i, i]), trace(pm) ** 2 / trace(pm * pm.T)]
        return out


def sample(rng, k, p, clusters, shared):
    cluster = sorted(rng.randrange(clusters) for _ in range(k))
    between = [rng.gauss(0, 0.5) for _ in range(clusters)]
    effect = [i // 2 if shared else i for i in range(k)]
    x = [[1.0] + [round(rng.uniform(-2, 2), 3) for _ in range(p - 1)] for _ in range(k)]
    v = [round(0.02 + 0.3 * rng.random() ** 2, 4) for _ in range(k)]
    y = [round(0.3 + between[c] + rng.gauss(0, 0.4) + rng.gauss(0, a ** 0.5), 4) for c, a in zip(cluster, v)]
    return y, v, x, cluster, effect


def row(label, y, v, x, cluster, effect, rho):
    exact = [mpf(a) for a in v]
    model = Model([mpf(a) for a in y], exact, [[mpf(a) for a in r] for r in x], cluster, effect, mpf(rho))
    s = model.reml()
    if s is None:  # the search left the quadrant: another set serves as well
        return None
    m, w, r, projector = model.at(s)
    b = r * model.x.T * w * model.y
    independent = Model([mpf(a) for a in y], exact, [[mpf(a) for a in r] for r in x], cluster, list(range(len(y))), mpf(0))
    q = (model.y.T * model.at([mpf(0), mpf(0)])[3] * model.y)[0]
    numbers = [len(y), model.p - 1, rho]
    for i in range(len(y)):
        numbers += [y[i], v[i]] + x[i][1:] + [cluster[i], effect[i]]
    results = s + [model.loglik(s), q] + list(b) + [sqrt(r[i, i]) for i in range(model.p)]
    results += model.robust(s, True) + independent.robust([mpf(0), mpf(0)], True) + independent.robust([mpf(0), mpf(0)], False)
    return ",".join([label] + [repr(float(a)) for a in numbers] + [mp.nstr(a, 20) for a in results])


def main(folder):
    rng = random.Random(20260611)
    lines = ["# Made by tests/oracle/meta_multilevel.py (mpmath, 40 digits): label, k, moderators, rho, then k rows of yi, vi, x..., cluster, effect,",
             "# then sigma2 (2), loglik, QE, beta, se, robust CR2 (se, df) of the fit, CR2 and CR0 (se, df) with weights 1/vi."]
    number = 0
    while number < 14:
        p, rho = 1 + number % 3, (0.0, 0.5, 0.8)[number // 3 % 3]
        line = row(f"set{number}", *sample(rng, 9 + number % 5, p, 3 + number % 3, number % 4 == 3), rho)
        if line is not None:
            lines.append(line)
            number += 1
    with open(f"{folder}/meta_multilevel.csv", "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
