"""Scores rows of texts by PMML documents in the server, for run_models_pmml and run_models_conformance.

A cell is a number, a truth value or a text as the document's DataField says; an empty cell, or what the caller names as missing, is missing.
"""
import json
import subprocess
import xml.etree.ElementTree as ElementTree

NUMBERS = ("double", "float", "integer")


def fields(document):
    """dataType of each DataField."""
    found = {}
    for element in ElementTree.fromstring(document).iter():
        if element.tag.split("}")[-1] == "DataField":
            found[element.get("name")] = element.get("dataType")
    return found


def value(text, kind, missing):
    if text in missing:
        return None
    if kind == "boolean":
        return text.lower() in ("true", "1", "1.0")
    return float(text) if kind in NUMBERS else text


def psql(database, script):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database], input=script, capture_output=True, text=True)


def load(database, document):
    """None, or the server's refusal."""
    result = psql(database, f"SELECT psyrad.model_load('\\x{document.hex()}'::bytea, 'pmml') IS NULL;\n")
    return result.stderr.strip() if result.returncode else None


def score(database, document, rows, missing=("",)):
    """(classes or None, whether there are probabilities, [[label, numbers]...]), or the server's refusal as a text."""
    kinds = fields(document)
    copied = "\n".join(json.dumps({k: value(row[k], kinds[k], missing) for k in row if k in kinds}).replace("\\", "\\\\") for row in rows)
    result = psql(database, f"""
CREATE TEMP TABLE model AS SELECT psyrad.model_load('\\x{document.hex()}'::bytea, 'pmml') AS m;
CREATE TEMP TABLE facts AS SELECT psyrad.model_classes(m) AS classes, psyrad.model_features(m) AS features,
	coalesce(psyrad.model_describe(m)->'estimator'->>'probability' = 'as the document has it', false) AS shares FROM model;
SELECT pg_catalog.to_json(classes), shares FROM facts;
CREATE TEMP TABLE x (i serial, f jsonb);
COPY x (f) FROM STDIN;
{copied}
\\.
UPDATE x SET f = (SELECT pg_catalog.jsonb_object_agg(k, f->k) FROM pg_catalog.unnest(features) k) FROM facts;
SELECT pg_catalog.json_build_array(CASE WHEN classes IS NOT NULL THEN psyrad.model_predict(m, f) END,
	CASE WHEN classes IS NULL THEN ARRAY[psyrad.model_score(m, f)] WHEN shares THEN psyrad.model_proba(m, f) END)
	FROM x, model, facts ORDER BY i;
""")
    if result.returncode:
        return result.stderr.strip()
    head, *lines = result.stdout.splitlines()
    classes, probabilities = head.rsplit("|", 1)
    return json.loads(classes) if classes else None, probabilities == "t", [json.loads(line) for line in lines]
