-- Revert psyrad:literature_search from pg
BEGIN;

DROP FUNCTION evidence.similar_records(bigint, int);
DROP FUNCTION evidence.find_records(text, int, text, text, text);
DROP FUNCTION evidence.snippet(evidence.source_record, text[], text, text);
DROP FUNCTION evidence.matching_records(text);
DROP FUNCTION evidence.search_weights(text[], text[]);
DROP FUNCTION evidence.search_idf(bigint, bigint);
DROP FUNCTION evidence.search_parse(text);
DROP FUNCTION evidence.search_part(evidence.search_token, text);
DROP FUNCTION evidence.search_concept(evidence.search_token, text);
DROP FUNCTION evidence.search_unless_longer(text, text[], text, tsquery);
DROP FUNCTION evidence.search_years(evidence.search_token, text);
DROP FUNCTION evidence.search_tokens(text);
DROP TYPE evidence.search_token;
DROP FUNCTION evidence.search_refuse(text, int, text, text);
DROP FUNCTION evidence.plain_query(text);
DROP FUNCTION evidence.search_words(text, boolean, boolean, text, text);
DROP FUNCTION evidence.quoted_lexeme(text, boolean, text);
DROP TYPE evidence.search_leaf;
DROP FUNCTION evidence.concept_names(text, text);
DROP TABLE evidence.concept_name;
DROP FUNCTION evidence.index_records(bigint);
DROP FUNCTION evidence.store_documents();
DROP FUNCTION evidence.sort_documents();
DROP FUNCTION evidence.database_lexeme(text);
DROP FUNCTION evidence.person_names(jsonb);
DROP TABLE evidence.search_size, evidence.search_lexeme, evidence.search_document;
DROP TEXT SEARCH DICTIONARY evidence.stem;

COMMIT;
