-- Revert psyrad:review_words from pg
BEGIN;

DROP FUNCTION evidence.citations_in(text);
DROP FUNCTION evidence.sentences_of(text);
DROP FUNCTION evidence.folded(text);
DROP FUNCTION evidence.numbers_in(text);
DROP FUNCTION evidence.modalities_of(text);
DROP FUNCTION evidence.direction_of(text);
DROP FUNCTION evidence.code_of(text, text);
DROP FUNCTION evidence.stated(text);
DROP TABLE evidence.network_alias, evidence.word_rule;
DELETE FROM evidence.network n WHERE NOT EXISTS (SELECT FROM evidence.review_network r WHERE r.network = n.network) AND NOT EXISTS (SELECT FROM evidence.study_network r WHERE r.network = n.network);

COMMIT;
