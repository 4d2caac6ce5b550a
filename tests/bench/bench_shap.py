"""Benchmark of explanations: exact TreeSHAP in SQL beside XGBoost's own pred_contribs, on the same model and rows, one thread each."""
import numpy as np

import bench
import bench_models

ROWS = 300


def bench_shap(session):
    import xgboost
    matrix = bench_models.rows_table(session)[:ROWS]
    x, y = bench_models.training_set(np.random.default_rng(4), 20_000)
    model = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "nthread": 1, "base_score": 0.5}, xgboost.DMatrix(x, y), 500)
    bench_models.load(session, bytes(model.save_raw("json")))
    data = xgboost.DMatrix(matrix)
    query = "SELECT psyrad.model_explain(m, features) FROM bench_rows, bench_model WHERE id < %s ORDER BY id"
    ours = np.array([row[0] for row in session.rows(query, (ROWS,))])
    worst = np.abs(ours - model.predict(data, pred_contribs=True)[:, :-1]).max()
    # XGBoost adds in float32.
    assert worst < 2e-4, f"the two do not compute the same contributions: {worst}"
    return bench.report(f"TreeSHAP of 500 trees of depth 6, {ROWS} rows x 200 features (contributions agree to {worst:.0e}, XGBoost's float32)",
                        "psyrad.model_explain in SQL", "XGBoost's pred_contribs in process",
                        bench.alternate(session, lambda: session.rows(f"SELECT count(psyrad.model_explain(m, features)) FROM bench_rows, bench_model WHERE id < {ROWS}"),
                                        lambda: model.predict(data, pred_contribs=True), rounds=3), 1)


BENCHES = {"shap": bench_shap}
