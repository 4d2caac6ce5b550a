-- Records of literature: which are records of the same report.

CREATE TYPE psyrad.bib_record AS (
	key pg_catalog.int8,
	title pg_catalog.text,
	title_translated pg_catalog.text,
	title_original pg_catalog.text,
	authors pg_catalog.text[],
	authors_translated pg_catalog.text[],
	year pg_catalog.int4,
	journal pg_catalog.text,
	journal_abbrev pg_catalog.text,
	volume pg_catalog.text,
	issue pg_catalog.text,
	pages pg_catalog.text,
	article_number pg_catalog.text,
	doi pg_catalog.text,
	pmid pg_catalog.text,
	abstract pg_catalog.text,
	type pg_catalog.text,
	issn pg_catalog.text[]
);
COMMENT ON TYPE psyrad.bib_record IS
'A record of literature as it is compared; what it does not say is NULL. authors: "Family, Given" or as written, in the record''s order, authors_translated the same people in another script; key is any number of the caller''s, each once.';

CREATE TYPE psyrad.record_likeness AS (
	verdict pg_catalog.text,
	rule pg_catalog.text,
	confidence pg_catalog.float8,
	contradicts pg_catalog.bool,
	title pg_catalog.text,
	title_similarity pg_catalog.float8,
	authors pg_catalog.text,
	authors_matched pg_catalog.int4,
	journal pg_catalog.bool,
	volume pg_catalog.bool,
	issue pg_catalog.bool,
	pages pg_catalog.bool,
	doi pg_catalog.bool,
	pmid pg_catalog.bool,
	year_gap pg_catalog.int4,
	abstract pg_catalog.float8
);
COMMENT ON TYPE psyrad.record_likeness IS
'Two records side by side. verdict: duplicate, uncertain or distinct; rule: what decided, or what differs; confidence 0 to 1 orders the rules and is no probability; contradicts: they may not stand in one cluster. title: exact, near (slips of the pen), contained (a subtitle missing), similar (0.6 and more), other; authors: same, agree, some, other; journal to pmid: whether they agree, NULL where one does not say; abstract: share of triples of words in common.';

CREATE FUNCTION psyrad.record_similarity(a psyrad.bib_record, b psyrad.bib_record) RETURNS psyrad.record_likeness
	AS 'MODULE_PATHNAME', 'record_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION psyrad.record_similarity(psyrad.bib_record, psyrad.bib_record) IS
'Whether two records of literature are records of the same report, by which rule, and field by field why. Symmetric. Chinese names meet their pinyin; databases of encoding UTF8 only.';

CREATE TYPE psyrad.record_pair AS (
	a pg_catalog.int8,
	b pg_catalog.int8,
	verdict pg_catalog.text,
	rule pg_catalog.text,
	confidence pg_catalog.float8,
	contradicts pg_catalog.bool,
	joined pg_catalog.bool
);
COMMENT ON TYPE psyrad.record_pair IS
'Two records that a rule calls duplicate or uncertain, by their keys, a < b; joined: they are in one cluster, by this pair or by others.';

CREATE FUNCTION psyrad.record_deduplicate(records psyrad.bib_record[], decided_a pg_catalog.int8[] DEFAULT '{}', decided_b pg_catalog.int8[] DEFAULT '{}',
	decided_same pg_catalog.bool[] DEFAULT '{}',
	OUT keys pg_catalog.int8[], OUT clusters pg_catalog.int8[], OUT pairs psyrad.record_pair[], OUT compared pg_catalog.int8, OUT widest_block pg_catalog.int8)
	RETURNS pg_catalog.record
	AS 'MODULE_PATHNAME', 'record_deduplicate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION psyrad.record_deduplicate(psyrad.bib_record[], pg_catalog.int8[], pg_catalog.int8[], pg_catalog.bool[]) IS
'Clusters of records of the same report. keys: of all records, ascending, and clusters beside them: the least key of each one''s cluster; pairs: duplicates and uncertain ones with rule and confidence; compared: pairs that shared a block; widest_block: records of the largest. decided_a, decided_b, decided_same: people''s decisions, which outrank the rules; those on other keys play no part, of several on a pair the last counts. A cluster holds no two records that contradict each other. The result does not depend on the order of records. Records of a block of more than 200 are compared with the 24 that follow in the order of titles only. A key that is NULL or occurs twice is an error.';
