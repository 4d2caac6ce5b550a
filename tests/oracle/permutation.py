#!/usr/bin/env python3
"""permutation.py: tests/golden/permutation.csv, by numpy (tests/oracle/requirements.txt) and plain loops.

Every arrangement is fitted anew by least squares; nothing is reduced or shared.  Random arrangements are drawn by an implementation of
Philox4x32-10 of its own, in Python's integers, since the draws are part of the promise that a seed gives the same p everywhere.

Lines: "data,<grp,y,c1,c2,block,visit,x1..x10,pre1..pre10>", in the order of keys; then for each test
"<name>,<permutations>,<seed>,<rows>,<denominator of p>,<exhaustive>" and for each element
"element,<t>,<p_unc>,<p_fwe>,<p_unc_greater>,<p_fwe_greater>,<p_unc_less>,<p_fwe_less>".
"""
import itertools

import numpy as np

ROWS, ELEMENTS = 24, 10


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & 0xFFFFFFFF, (first >> 32) ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def below(seed, stream, index, bound):
    limit = 2**64 - 1 - (2**64 - 1) % bound
    for again in itertools.count():
        out = philox([stream & 0xFFFFFFFF, stream >> 32, index, again], [seed & 0xFFFFFFFF, seed >> 32])
        value = out[1] << 32 | out[0]
        if value < limit:
            return value % bound


def shuffled(seed, stream, index, count):
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(seed, stream, index + i, i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def data():
    rng = np.random.default_rng(11)
    grp = np.array([0, 1] * (ROWS // 2))
    y = np.round(rng.normal(size=ROWS), 3)
    covariates = np.round(rng.normal(size=(ROWS, 2)), 2)
    block = np.repeat(np.arange(ROWS // 2), 2)
    visit = np.tile([0, 1], ROWS // 2)
    x = rng.normal(0.2, 1, (ROWS, ELEMENTS)).astype(np.float32).astype(float)
    x[:, 1] += (1.3 * grp).astype(np.float32)
    x[:, 4] -= (0.9 * y).astype(np.float32)
    x = x.astype(np.float32).astype(float)
    pre = rng.normal(0, 1, (ROWS, ELEMENTS)).astype(np.float32).astype(float)
    return grp, y, covariates, block, visit, x, pre


def t_of(y, design, contrast):
    """Least squares by the textbook."""
    beta, _, _, _ = np.linalg.lstsq(design, y, rcond=None)
    df = len(y) - design.shape[1]
    sigma2 = ((y - design @ beta) ** 2).sum(0) / df
    return contrast @ beta / np.sqrt(sigma2 * (contrast @ np.linalg.inv(design.T @ design) @ contrast))


def freedman_lane(y, design, contrast, order):
    """t after the residuals of the nuisance part are rearranged and put back on its fit (Winkler et al. 2014, algorithm 1)."""
    effect = design @ np.linalg.inv(design.T @ design) @ contrast
    effect /= np.linalg.norm(effect)
    nuisance = design - np.outer(effect, effect @ design)
    u, s, _ = np.linalg.svd(nuisance, full_matrices=False)
    z = u[:, s > 1e-9 * s[0]]
    fitted = z @ (z.T @ y)
    moved = np.empty_like(y)
    moved[order] = (y - fitted)  # row order[s] gets the residual of row s: its design is then row order[s]'s
    return t_of(fitted + moved, design, contrast)


def units_of(design, exchange, block):
    """Classes of units; a unit is a tuple of rows."""
    rows = range(len(design))
    if exchange == "all":
        return [[(r,) for r in rows]]
    members = {}
    for r in rows:
        members.setdefault(block[r], []).append(r)
    if exchange == "within":
        return [[(r,) for r in m] for m in members.values()]
    sizes = {}
    for m in members.values():
        sizes.setdefault(len(m), []).append(tuple(m))
    return [sizes[s] for s in sorted(sizes)]


def distinct_orders(kinds):
    """Different orders of a multiset, by swapping in every way."""
    if not kinds:
        yield []
        return
    for first in sorted(set(kinds)):
        rest = list(kinds)
        rest.remove(first)
        for more in distinct_orders(rest):
            yield [first] + more


def orders(design, exchange, block, permutations, seed):
    """The arrangements as lists from[row], and whether they are all."""
    classes = units_of(design, exchange, block)
    total, kinds = 1, []
    for units in classes:
        contents = [tuple(tuple(design[r]) for r in u) for u in units]
        kind = [min(i for i, c in enumerate(contents) if c == own) for own in contents]
        kinds.append(kind)
        n = np.prod([float(i + 1) for i in range(len(kind))]) if len(kind) < 160 else np.inf
        for k in set(kind):
            n /= np.prod([float(i + 1) for i in range(kind.count(k))])
        total *= round(n)
    if total <= permutations:
        for choice in itertools.product(*(distinct_orders(k) for k in kinds)):
            yield place(classes, [members(k, order) for k, order in zip(kinds, choice)]), True
        return
    for n in range(permutations):
        first, choice = 0, []
        for units in classes:
            choice.append(shuffled(seed, n + 1, first, len(units)))
            first += len(units)
        yield place(classes, choice), False


def members(kinds, order):
    """An order of kinds as one of units: the units of a kind in turn."""
    left = {k: [i for i, own in enumerate(kinds) if own == k] for k in set(kinds)}
    return [left[k].pop(0) for k in order]


def place(classes, choice):
    source = {}
    for units, order in zip(classes, choice):
        for u, o in zip(units, order):
            for a, b in zip(u, units[o]):
                source[a] = b
    return np.array([source[r] for r in range(len(source))])


def flips(rows, permutations, seed):
    if 2**rows <= permutations:
        for n in range(2**rows):
            yield np.array([-1.0 if n >> r & 1 else 1.0 for r in range(rows)]), True
        return
    for n in range(permutations):
        yield np.array([-1.0 if below(seed, n + 1, r, 2) else 1.0 for r in range(rows)]), False


def p_values(observed, nulls, exhaustive):
    nulls = np.array(nulls)
    own = 0 if exhaustive else 1
    total = len(nulls) + own
    tie = 1e-9 * (1 + np.abs(observed))
    out = [observed]
    for sign in (0, 1, -1):
        stat = np.abs(nulls) if sign == 0 else sign * nulls
        mine = np.abs(observed) if sign == 0 else sign * observed
        out.append(((stat >= mine - tie).sum(0) + own) / total)
        out.append(((stat.max(1)[:, None] >= mine - tie).sum(0) + own) / total)
    return total, np.array(out).T


def show(name, permutations, seed, rows, total, exhaustive, table):
    print(f"{name},{permutations},{seed},{rows},{total},{int(exhaustive)}")
    for line in table:
        print("element," + ",".join(f"{v:.17g}" for v in line))


def linear(name, x, design, contrast, permutations, seed, exchange="all", block=None):
    full = np.column_stack([np.ones(len(x)), design])
    weights = np.concatenate([[0], contrast])
    arrangements = list(orders(design, exchange, block, permutations, seed))
    exhaustive = arrangements[0][1]
    nulls = [freedman_lane(x, full, weights, order) for order, _ in arrangements]
    total, table = p_values(t_of(x, full, weights), nulls, exhaustive)
    show(name, permutations, seed, len(x), total, exhaustive, table)


def mean(name, x, permutations, seed):
    one = np.ones((len(x), 1))
    arrangements = list(flips(len(x), permutations, seed))
    nulls = [t_of(sign[:, None] * x, one, np.ones(1)) for sign, _ in arrangements]
    total, table = p_values(t_of(x, one, np.ones(1)), nulls, arrangements[0][1])
    show(name, permutations, seed, len(x), total, arrangements[0][1], table)


def main():
    assert philox([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
    grp, y, covariates, block, visit, x, pre = data()
    print("# made by tests/oracle/permutation.py")
    for s in range(ROWS):
        print("data," + ",".join(f"{v:.17g}" for v in [grp[s], y[s], *covariates[s], block[s], visit[s], *x[s], *pre[s]]))
    g, v = grp[:, None].astype(float), y[:, None]
    arm = (block % 2)[:, None].astype(float)
    mean("mean", x, 199, 5)
    mean("mean", x[:7], 128, 5)
    mean("paired", x - pre, 199, -3 & (2**64 - 1))
    linear("groups", x, g, np.ones(1), 199, 5)
    linear("groups", x[:8], g[:8], np.ones(1), 70, 5)
    linear("groups_adjusted", x, np.column_stack([covariates, g]), np.array([0, 0, 1.0]), 199, 5)
    linear("groups_within", x, visit[:, None].astype(float), np.ones(1), 199, 9, "within", block)
    linear("groups_within", x[:12], visit[:12, None].astype(float), np.ones(1), 64, 9, "within", block[:12])
    linear("groups_whole", x, arm, np.ones(1), 199, 9, "whole", block)
    linear("groups_whole", x[:9], arm[:9], np.ones(1), 6, 9, "whole", block[:9])
    linear("corr", x, v, np.ones(1), 199, 5)
    linear("corr", x[:5], v[:5], np.ones(1), 120, 5)
    linear("corr_adjusted", x, np.column_stack([covariates, v]), np.array([0, 0, 1.0]), 199, 5)
    linear("glm", x, np.column_stack([g, covariates, v]), np.array([1.0, 0, 0, -0.5]), 199, 5)
    linear("glm_within", x, np.column_stack([visit, covariates]), np.array([1.0, 0, 0]), 199, 5, "within", block)


if __name__ == "__main__":
    main()
