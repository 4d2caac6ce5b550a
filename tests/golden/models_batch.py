"""Loads and scores many documents in a few sessions of the server, for run_models_pmml and run_models_conformance.

A Document brings its rows with it: features as lists in the model's order, or as dicts by name (see named_rows).  Each gets its Answer:
what was refused, and by which words, or the classes, whether their probabilities are the document's, and [label, numbers] of each row.
"""
import concurrent.futures
import json
import math
import subprocess
import xml.etree.ElementTree as ElementTree

NUMBERS = ("double", "float", "integer")
SESSIONS = 2


class Document:
    def __init__(self, body, form, rows=(), several=False):
        self.body, self.form, self.rows, self.several = body, form, rows, several  # several: regressions of several targets


class Answer:
    def __init__(self, refusal, classes=None, shares=False, rows=()):
        self.refusal, self.classes, self.shares, self.rows = refusal, classes, shares, rows


def fields(document):
    """dataType of each DataField of a PMML document."""
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


def named_rows(document, rows, missing=("",)):
    """Rows of texts as a PMML document's DataFields say: numbers, truth values, texts; an empty cell is missing."""
    kinds = fields(document)
    return [{k: value(row[k], kinds[k], missing) for k in row if k in kinds} for row in rows]


def psql(database, script):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database], input=script, capture_output=True, text=True)


# Whatever a document makes the server say is kept with it: the others must not suffer.
SCRIPT = """
CREATE TEMP TABLE document (k int PRIMARY KEY, form text, several boolean, body bytea, m psyrad.model, refusal text);
CREATE TEMP TABLE x (k int, i int, named jsonb, listed float8[]);
COPY document (k, form, several, body) FROM STDIN;
%s\\.
COPY x FROM STDIN;
%s\\.
CREATE INDEX ON x (k);
CREATE FUNCTION pg_temp.load(which int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	words text;
BEGIN
	UPDATE document SET m = psyrad.model_load(body, form) WHERE k = which;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS words = MESSAGE_TEXT;
	UPDATE document SET refusal = words WHERE k = which;
END $$;
CREATE FUNCTION pg_temp.answer(which int) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	d document;
	classes text[];
	shares boolean;
	found json;
	words text;
BEGIN
	SELECT * INTO d FROM document WHERE k = which;
	IF d.refusal IS NULL THEN
		classes := nullif(psyrad.model_classes(d.m), '{}');
		shares := coalesce(psyrad.model_describe(d.m)->'estimator'->>'probability' = 'as the document has it', false);
		UPDATE x SET named = (SELECT jsonb_object_agg(f, named->f) FROM unnest(psyrad.model_features(d.m)) f) WHERE k = which AND named IS NOT NULL;
		SELECT json_agg(json_build_array(CASE WHEN classes IS NOT NULL THEN CASE WHEN listed IS NULL THEN psyrad.model_predict(m, named) ELSE psyrad.model_predict(m, listed) END END,
			CASE WHEN several THEN psyrad.model_decision(m, listed)
				WHEN classes IS NULL THEN ARRAY[CASE WHEN listed IS NULL THEN psyrad.model_score(m, named) ELSE psyrad.model_score(m, listed) END]
				WHEN listed IS NOT NULL THEN psyrad.model_proba(m, listed)
				WHEN shares THEN psyrad.model_proba(m, named) END) ORDER BY i)
			INTO found FROM x JOIN document USING (k) WHERE k = which;
	END IF;
	RETURN json_build_object('refusal', d.refusal, 'classes', classes, 'shares', shares, 'rows', coalesce(found, '[]'));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS words = MESSAGE_TEXT;
	RETURN json_build_object('refusal', words);
END $$;
SELECT pg_temp.load(k) IS NULL FROM document ORDER BY k \\g /dev/null
SELECT pg_temp.answer(k) FROM document ORDER BY k;
"""


def row_line(k, i, row):
    if isinstance(row, dict):
        return f"{k}\t{i}\t" + json.dumps(row).replace("\\", "\\\\") + "\t\\N\n"
    return f"{k}\t{i}\t\\N\t{{" + ",".join("NaN" if math.isnan(v) else repr(v) for v in row) + "}\n"


def one_session(database, documents):
    if not documents:
        return []
    lines = "".join(f"{k}\t{d.form}\t{d.several}\t\\\\x{d.body.hex()}\n" for k, d in enumerate(documents))
    rows = "".join(row_line(k, i, row) for k, d in enumerate(documents) for i, row in enumerate(d.rows))
    result = psql(database, SCRIPT % (lines, rows))
    if result.returncode:
        raise RuntimeError(result.stderr)
    return [Answer(**json.loads(line)) for line in result.stdout.splitlines()]


def answers(database, documents):
    """The Answer of each document, in their order, from a database made for it."""
    admin = lambda statement: subprocess.run(["psql", "-Xq", "-d", "postgres", "-c", statement], check=True)
    admin(f"DROP DATABASE IF EXISTS {database}")
    admin(f"CREATE DATABASE {database}")
    made = psql(database, "CREATE EXTENSION modelscore;")
    if made.returncode:
        raise RuntimeError(made.stderr)
    try:
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            parts = list(pool.map(lambda part: one_session(database, documents[part::SESSIONS]), range(SESSIONS)))
    finally:
        admin(f"DROP DATABASE {database}")
    return [parts[k % SESSIONS][k // SESSIONS] for k in range(len(documents))]
