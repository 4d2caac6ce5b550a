-- Revert psyrad:pipelines from pg
BEGIN;

DROP VIEW imaging.primary_rule;
DROP FUNCTION imaging.set_primary(text, text, text, text, text, float8);
DROP FUNCTION imaging.declare_pipeline(text, jsonb, text);
DROP FUNCTION imaging.settled_choices(text, jsonb);
DROP TRIGGER keep_choices ON imaging.pipeline;
DROP FUNCTION imaging.keep_choices();
DROP FUNCTION imaging.pipeline_choices(jsonb);
DROP FUNCTION imaging.spell_out(jsonb);
DROP FUNCTION imaging.choice_number(text, text, numeric, numeric, boolean);
DROP FUNCTION imaging.choice_flag(text, text);
DROP FUNCTION imaging.choice_word(text, text, text[]);
DROP FUNCTION imaging.bad_choice(text, text, text);
DROP FUNCTION imaging.no_choices();

COMMIT;
