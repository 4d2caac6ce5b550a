-- Deploy psyrad:review_words to pg
-- How the words of reviews and of extraction sheets are read: what says nothing, what a code stands for, which references a cell or a
-- sentence names.  Rules are rows, looked at in order; what none of them knows has no code, and the words stay.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- reading words

CREATE FUNCTION evidence.stated(said text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN pg_catalog.btrim(said) !~* '^(|\.|-+|—+|/|n[./]?a\.?|n[./]?r\.?|(not|none|no) (stated|reported|given|described|mentioned|specified|available|recorded)( in .*)?\.?|未(报告|提及|说明|描述|述|注明)|不详|无报告)$'
		THEN pg_catalog.btrim(said) END;
END;
COMMENT ON FUNCTION evidence.stated(text) IS 'A cell without blanks around it; NULL where it says that nothing is said (empty, n/a, not stated in ..., 未报告)';

-- The first rule of a topic whose pattern the words match says the code; a rule without a code says that the words tell none.
CREATE TABLE evidence.word_rule (
	topic     text NOT NULL CHECK (topic IN ('design', 'population', 'contrast', 'measure', 'direction', 'timing', 'intervention', 'modality', 'box')),
	ordinal   int NOT NULL,
	pattern   text NOT NULL,
	code      text,
	certainty text NOT NULL DEFAULT 'stated' CHECK (certainty IN ('stated', 'implied')),
	PRIMARY KEY (topic, ordinal)
);
COMMENT ON TABLE evidence.word_rule IS 'How words of reviews and extraction sheets are coded: of a topic the first pattern (regular expression, any case) that matches';
COMMENT ON COLUMN evidence.word_rule.code IS 'NULL: these words do not tell one';
INSERT INTO evidence.word_rule (topic, ordinal, pattern, code, certainty) VALUES
	('design', 1, 'meta-?analy|荟萃|meta ?分析', 'meta_analysis', 'stated'),
	('design', 2, 'prediction model|predictive model|预测模型', 'prediction_model', 'stated'),
	('design', 3, '(non|not|un|quasi)-?\s?randomi|非随机', 'nonrandomised_trial', 'stated'),
	('design', 4, 'randomi[sz]ation (is )?(not|un)|随机.*(未|不)', NULL, 'stated'),
	('design', 5, 'randomi[sz]ed|\mRCT\M|随机', 'rct', 'stated'),
	('design', 6, 'case.?control|病例对照', 'case_control', 'stated'),
	('design', 7, 'cross.?section|横断面', 'cross_sectional', 'stated'),
	('design', 8, 'pre ?/ ?post|before.?(and.?)?after|前后对照|自身前后', 'pre_post', 'stated'),
	('design', 9, 'cohort|longitudinal|队列|纵向', 'cohort', 'stated'),
	('design', 10, 'review|综述', 'review', 'stated'),
	('population', 1, 'treatment.?resistant|refractory|\mTRD\M|难治', 'treatment_resistant_depression', 'stated'),
	('population', 2, 'post.?stroke|\mPSD\M|卒中后|中风后', 'post_stroke_depression', 'stated'),
	('population', 3, 'perinatal|post.?partum|ante.?natal|产后|围产', 'perinatal_depression', 'stated'),
	('population', 4, 'perimenopaus|climacteric|围绝经|更年期', 'perimenopausal_depression', 'stated'),
	('population', 5, 'late.?life|geriatric|老年', 'late_life_depression', 'stated'),
	('population', 6, 'bipolar|双相', 'bipolar_disorder', 'stated'),
	('population', 7, 'depress|\mMDD\M|抑郁|郁证', 'depression', 'stated'),
	('population', 8, 'schizophren|精神分裂', 'schizophrenia', 'stated'),
	('population', 9, 'insomnia|失眠', 'insomnia', 'stated'),
	('population', 10, 'anxiety|焦虑', 'anxiety', 'stated'),
	('population', 11, 'suicid|自杀', 'suicidality', 'stated'),
	('population', 12, 'healthy|健康', 'healthy', 'stated'),
	('contrast', 1, '(after|post).*(\mvs\M|versus|compared (with|to)).*(before|pre|baseline)|before (and|vs\.?|versus) after|pre[-/ ]?post|治疗前后|治疗后.*(与|比|较|对).*治疗前', 'after_vs_before', 'stated'),
	('contrast', 2, 'correlat|severity|associat|regress|相关|严重程度', 'correlation', 'stated'),
	('contrast', 3, 'predict|预测', 'prediction', 'stated'),
	('contrast', 4, '(patient|depress|\mMDD\M|\mTRD\M|schizo|insomni|患者|抑郁|失眠|精神).*(\mvs\M|versus|compared (with|to)|与|和|比|对).*(healthy|\mHCs?\M|\mNCs?\M|\mcontrols?\M|健康|正常)', 'patients_vs_controls', 'stated'),
	('contrast', 5, '(\mvs\M|versus|compared (with|to)|与|和|比).*(sham|control|drug|usual|wait|placebo|假|对照|安慰|药)', 'treatment_vs_control', 'stated'),
	('contrast', 6, 'during.*(\mvs\M|versus).*(rest|baseline)', 'during_vs_rest', 'stated'),
	('contrast', 7, 'baseline|before treatment|基线|治疗前', 'baseline', 'stated'),
	('contrast', 8, '^(after|post)|治疗后', 'after_vs_before', 'implied'),
	('contrast', 9, 'acupuncture|\mEA\M|ta?VNS|stimulation|treatment|moxib|immediate|long-term|针|灸|即刻|即时|长期', 'treatment_effect', 'stated'),
	('contrast', 10, '^(patients?|depression|depressed|MDD|TRD|患者|抑郁症)( |$)', 'patients_vs_controls', 'implied'),
	('measure', 1, 'thick|厚度', 'thickness', 'stated'),
	('measure', 2, '\mFA\M|fractional anisotropy|各向异性', 'fa', 'stated'),
	('measure', 3, '\m(MD|AD|RD|ADC)\M|diffusivity|弥散率|扩散系数', 'diffusivity', 'stated'),
	('measure', 4, 'ALFF|低频振', 'alff', 'stated'),
	('measure', 5, '\mReHo\M|regional homogeneity|局部一致性', 'reho', 'stated'),
	('measure', 6, 'connect|\m(FC|SC|EC)\M|连接', 'connectivity', 'stated'),
	('measure', 7, 'metaboli|\m(FDG|SUVR?)\M|代谢', 'metabolism', 'stated'),
	('measure', 8, '\mr?CBF\M|perfusion|blood flow|灌注|血流', 'perfusion', 'stated'),
	('measure', 9, '\m(GMV|WMV)\M|volume|体积', 'volume', 'stated'),
	('measure', 10, '\mGM\M|gr[ae]y.?matter|灰质', 'grey_matter', 'stated'),
	('measure', 11, '\mWM\M|white.?matter|白质', 'white_matter', 'stated'),
	('measure', 12, 'activat|激活', 'activation', 'stated'),
	('measure', 13, '\m(NAA|Cho|GABA|Glx|Glu)\M|concentration|浓度', 'concentration', 'stated'),
	('measure', 14, '\mpower\M|功率', 'power', 'stated'),
	('measure', 15, 'signal|\mBOLD\M|信号', 'signal', 'stated'),
	-- Whole cells: a word that only begins like one of these is another word.
	('direction', 1, '^(no|without)( significant)? (difference|change|effect)s?$|^(n\.?s\.?|unchanged|not significant)$|^无(显著|明显)?(性)?(差异|变化|改变)$', 'no_difference', 'stated'),
	('direction', 2, '^more regions?(,| and) earlier$|^earlier(,| and) more regions?$|^更早.*更多|^更多.*更早', 'more_earlier', 'stated'),
	('direction', 3, '^(positively or negatively correlated|positive or negative( correlation)?|正相关或负相关|正或负相关)$', 'correlates_either', 'stated'),
	('direction', 4, '^(positive( correlation)?|positively correlated|correlates? positively|正相关)$', 'correlates_positive', 'stated'),
	('direction', 5, '^(negative( correlation)?|negatively correlated|inversely correlated|correlates? negatively|负相关)$', 'correlates_negative', 'stated'),
	('direction', 6, '^((change )?correlate[sd]?( with .*)?|(change )?associated( with .*)?|相关)$', 'correlates_unknown', 'stated'),
	('direction', 7, '^(normali[sz](e|es|ed|ation)|towards? normal|(趋向|趋于|恢复)正常|正常化)$', 'normalised', 'stated'),
	('direction', 8, '^(abnormal(ity)?|异常)$', 'abnormal', 'stated'),
	('direction', 9, '^(increase[ds]?|higher|elevated|enhanced|greater|larger|stronger|up|hyperactiv\w*|activat(ed|ion)|↑|增加|增高|升高|增强|增大|上升|上调|增多|激活)$', 'increase', 'stated'),
	('direction', 10, '^(decrease[ds]?|lower(ed)?|reduced|reduction|smaller|weaker|down|hypoactiv\w*|deactivat(ed|ion)|↓|减少|减低|降低|减小|减弱|下降|下调|负激活)$', 'decrease', 'stated'),
	('direction', 11, '^(altered|alteration|change[ds]?|改变|变化)$', 'altered', 'stated'),
	('direction', 12, '^(involved|related|involvement|有关|参与|涉及)$', 'involved', 'stated'),
	('direction', 13, '^(more( regions?)?|更多)$', 'more', 'stated'),
	('direction', 14, '^(earlier|更早)$', 'earlier', 'stated'),
	('timing', 1, 'immediate|即刻|即时', 'immediate', 'stated'),
	('timing', 2, 'long.?term|长期', 'long_term', 'stated'),
	('timing', 3, 'follow.?up|随访', 'follow_up', 'stated'),
	('timing', 4, 'during|治疗中', 'during', 'stated'),
	('timing', 5, '^(after|post)|治疗后', 'after_treatment', 'stated'),
	('intervention', 1, 'sham|placebo|假|安慰', 'sham', 'stated'),
	('intervention', 2, 'scalp|头(皮)?电?针', 'scalp_ea', 'stated'),
	('intervention', 3, 'ta?VNS|vagus|迷走|耳电针', 'tavns', 'stated'),
	('intervention', 4, '\mTENS\M|\mTEAS\M|经皮(穴位)?电', 'tens', 'stated'),
	('intervention', 5, 'electro.?acupuncture|\mEA\M|电针', 'ea', 'stated'),
	('intervention', 6, 'press|intradermal|揿针|皮内针', 'press', 'stated'),
	('intervention', 7, 'manual|filiform|手针|毫针', 'manual', 'stated'),
	('intervention', 8, 'acupuncture|针', 'acupuncture', 'stated'),
	('intervention', 9, 'moxib|灸', 'moxa', 'stated'),
	('intervention', 10, 'usual|\mTAU\M|常规', 'usual_care', 'stated'),
	('intervention', 11, 'wait', 'waiting_list', 'stated'),
	('intervention', 12, 'drug|medic|antidepress|SSRI|SNRI|药', 'drug', 'stated'),
	('intervention', 13, '^no |none|空白', 'none', 'stated'),
	('intervention', 14, '.', 'other', 'stated'),
	('box', 1, '^identified', 'identified', 'stated'), ('box', 2, 'duplicate', 'duplicates', 'stated'), ('box', 3, '^screened', 'screened', 'stated'),
	('box', 4, '^(full_text_excluded|excluded_full_text)', 'excluded_full_text', 'stated'), ('box', 5, '^(full_text|assessed)', 'assessed', 'stated'),
	('box', 6, '^excluded', 'excluded_screening', 'stated'), ('box', 7, '^sought', 'sought', 'stated'), ('box', 8, '^not_retrieved', 'not_retrieved', 'stated'),
	('box', 9, '^included_reports', 'new_reports', 'stated'), ('box', 10, '^included', 'new_studies', 'stated');
-- Of modalities the narrow ones come first: rs-fMRI is fMRI, and fMRI is MRI.
INSERT INTO evidence.word_rule (topic, ordinal, pattern, code)
SELECT 'modality', row_number() OVER (), pattern, code
FROM (VALUES ('rs.?fMRI|resting.?state|静息态', 'rs_fmri'), ('task.?(based )?fMRI|任务态', 'task_fmri'), ('\mGQI\M|q.?sampling|q采样', 'gqi'), ('\mDTI\M|diffusion tensor|扩散张量|弥散张量', 'dti'),
	('\mASL\M|spin label|自旋标记', 'asl'), ('\mMRS\M|spectroscop.*magnetic|magnetic resonance spectroscop|波谱', 'mrs'), ('\mfNIRS\M|near.?infrared|近红外', 'fnirs'),
	('\mfMRI\M|functional (MRI|magnetic)|功能(性)?磁共振', 'fmri'), ('\md[Ww]?MRI\M|\mDWI\M|diffusion|扩散|弥散', 'dmri'), ('\msMRI\M|structural|结构(性)?磁共振', 'smri'),
	('\mMRI\M|magnetic resonance imaging|磁共振', 'mri'), ('\mSPECT\M|single.?photon|单光子', 'spect'), ('\mPET\M|positron|正电子', 'pet'), ('\mMEG\M|magnetoenceph|脑磁图', 'meg'),
	('EEG tomograph|脑电图的断层', 'eeg_tomography'), ('evoked potential|\m(ERP|EP)\M|诱发电位', 'evoked_potential'), ('\mEEG\M|electroenceph|脑电', 'eeg'), ('\mCT\M|computed tomography|电子计算机断层', 'ct'),
	('optical|光学', 'optical_imaging')) m (pattern, code);

CREATE FUNCTION evidence.code_of(p_topic text, p_words text, OUT code text, OUT certainty text)
LANGUAGE sql STABLE STRICT AS $$
	SELECT r.code, CASE WHEN r.code IS NOT NULL THEN r.certainty END FROM evidence.word_rule r
	WHERE r.topic = p_topic AND normalize(p_words, NFKC) ~* r.pattern
	ORDER BY r.ordinal LIMIT 1;
$$;
COMMENT ON FUNCTION evidence.code_of(text, text) IS 'How evidence.word_rule codes words; NULL where no rule of the topic matches';

-- "possibly involved", "abnormal (sign not stated)"
CREATE FUNCTION evidence.direction_of(p_words text, OUT direction text, OUT hedged boolean)
LANGUAGE sql STABLE STRICT AS $$
	SELECT (evidence.code_of('direction', regexp_replace(regexp_replace(btrim(normalize(p_words, NFKC)), '^((possibl|probabl)[ye]|may be|可能)\s*', '', 'i'), '\s*\([^()]*\)$', ''))).code,
		p_words ~* '^\s*(possibl|probabl|may be|可能)';
$$;
COMMENT ON FUNCTION evidence.direction_of(text) IS 'The direction that words mean as a whole, without what stands in brackets after them, and whether they are said with reserve';

-- "MRI (implied fMRI)": what the source says, else what it implies.
CREATE FUNCTION evidence.modalities_of(p_words text) RETURNS TABLE (modality text, certainty text)
LANGUAGE sql STABLE STRICT AS $$
	SELECT DISTINCT ON (1) coalesce((evidence.code_of('modality', implied)).code, (evidence.code_of('modality', said)).code), CASE WHEN part ~* '[(（] *(implied|inferred|推断)' THEN 'implied' ELSE 'stated' END
	FROM (SELECT part, split_part(regexp_replace(part, '（', '('), '(', 1) AS said, substring(part FROM '(?i)[(（] *(?:implied|inferred|推断) *([^)）]+)') AS implied
		FROM regexp_split_to_table(p_words, '\s*[;；、+]\s*(?![^(（]*[)）])') part) p
	WHERE coalesce((evidence.code_of('modality', implied)).code, (evidence.code_of('modality', said)).code) IS NOT NULL
	ORDER BY 1, 2 DESC;
$$;
COMMENT ON FUNCTION evidence.modalities_of(text) IS 'The modalities that a cell names, apart by semicolons or plus; implied where the cell says that it is';

CREATE FUNCTION evidence.numbers_in(p_words text) RETURNS int[]
LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT array_agg(DISTINCT n ORDER BY n)
	FROM regexp_split_to_table(p_words, '\s*[;；,，、]\s*') part,
		generate_series(substring(part FROM '^\[?(\d{1,5})')::int, coalesce(substring(part FROM '^\[?\d{1,5}\]?\s*[-–~～]\s*\[?(\d{1,5})'), substring(part FROM '^\[?(\d{1,5})'))::int) n;
$$;
COMMENT ON FUNCTION evidence.numbers_in(text) IS 'Numbers of references as cells list them: 13;14, [9]-[11], 35、36';

CREATE FUNCTION evidence.folded(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT replace(psyrad.text_fold(p_text), ' ', '');
$$;
COMMENT ON FUNCTION evidence.folded(text) IS 'A text for finding one in the other: psyrad.text_fold without blanks';

-- Networks that go by several names.
CREATE TABLE evidence.network_alias (
	alias   text PRIMARY KEY,
	network text NOT NULL REFERENCES evidence.network
);
COMMENT ON TABLE evidence.network_alias IS 'Other names of networks, folded (evidence.folded)';
INSERT INTO evidence.network VALUES ('default mode network', '默认网络'), ('central executive network', '中央执行网络'), ('salience network', '突显网络'), ('frontoparietal network', '额顶网络'),
	('sensorimotor network', '感觉运动网络'), ('visual network', '视觉网络'), ('dorsal attention network', '背侧注意网络'), ('ventral attention network', '腹侧注意网络'),
	('limbic network', '边缘网络'), ('reward network', '奖赏网络');
INSERT INTO evidence.network_alias
SELECT DISTINCT evidence.folded(alias), network
FROM (SELECT network, name_zh FROM evidence.network) n
CROSS JOIN LATERAL (VALUES (n.network), (n.name_zh), (regexp_replace(n.network, ' network$', ''))) a (alias)
UNION SELECT evidence.folded(alias), network
FROM (VALUES ('DMN', 'default mode network'), ('默认模式网络', 'default mode network'), ('default network', 'default mode network'), ('CEN', 'central executive network'), ('ECN', 'central executive network'),
	('executive control network', 'central executive network'), ('SN', 'salience network'), ('凸显网络', 'salience network'), ('FPN', 'frontoparietal network'), ('SMN', 'sensorimotor network'),
	('somatomotor network', 'sensorimotor network'), ('VN', 'visual network'), ('DAN', 'dorsal attention network'), ('VAN', 'ventral attention network'), ('奖赏系统', 'reward network')) a (alias, network);

---------------------------------------------------------------------------------------------------- sentences

-- The text's sentences.  Lines are joined: between Chinese characters without a blank, after a hyphen inside an English word without it.
-- A numbered heading is a sentence by itself.  A blank line ends nothing, since PDFs have them in the middle of words.
CREATE FUNCTION evidence.sentences_of(p_text text) RETURNS TABLE (line int, sentence text)
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	l       record;
	pending text := '';
	began   int;
	piece   text;
BEGIN
	FOR l IN SELECT t.n::int AS n, btrim(t.line, E' \t\r　') AS words FROM regexp_split_to_table(p_text, '\n') WITH ORDINALITY t (line, n) WHERE t.line !~ '^\s*$' LOOP
		IF l.words ~ '^\d{1,2}(\.\d{1,2})*\.?\s+\S' AND l.words !~ '[。！？!?；;：:，,]$' AND length(l.words) <= 60 OR l.words ~* '^(摘\s*要|关键词|abstract|keywords?)$' THEN
			IF pending <> '' THEN
				line := began; sentence := pending; RETURN NEXT;
			END IF;
			line := l.n; sentence := l.words; RETURN NEXT;
			pending := '';
			CONTINUE;
		END IF;
		IF pending = '' THEN
			began := l.n;
			pending := l.words;
		ELSIF pending ~ '[a-z]-$' AND l.words ~ '^[a-z]' THEN
			pending := left(pending, -1) || l.words;
		ELSIF pending ~ '[A-Za-z0-9.,;:)%\]]$' AND l.words ~ '^[A-Za-z0-9(“\[]' THEN
			pending := pending || ' ' || l.words;
		ELSE
			pending := pending || l.words;
		END IF;
		LOOP
			piece := substring(pending FROM '^.*?(?:[。！？]["”’）)]*|[a-z0-9\])][.!?]["”’)]*(?= +[A-Z“]))');
			EXIT WHEN piece IS NULL;
			line := began; sentence := btrim(piece); RETURN NEXT;
			pending := ltrim(substr(pending, length(piece) + 1));
			began := l.n;
		END LOOP;
	END LOOP;
	IF pending <> '' THEN
		line := began; sentence := pending; RETURN NEXT;
	END IF;
END $$;
COMMENT ON FUNCTION evidence.sentences_of(text) IS 'A text''s sentences, each with the line that it begins on (or the last line of the one before, where that ends in its middle)';

CREATE FUNCTION evidence.citations_in(p_sentence text) RETURNS int[]
LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT coalesce(array_agg(DISTINCT n ORDER BY n), '{}')
	FROM regexp_matches(regexp_replace(p_sentence, '\]\s*[-–~～]\s*\[', '-', 'g'), '\[\s*(\d{1,4}(?:\s*[-–~～,，、;]\s*\d{1,4})*)\s*\]', 'g') m (part)
	CROSS JOIN unnest(evidence.numbers_in(m.part[1])) n;
$$;
COMMENT ON FUNCTION evidence.citations_in(text) IS 'The numbers of references that a sentence cites: [26], [13] [14], [9]-[11]';

GRANT SELECT ON evidence.word_rule, evidence.network_alias TO psyrad_ingest, psyrad_analyst, psyrad_view;

---------------------------------------------------------------------------------------------------- rights

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.stated(text)', 'evidence.code_of(text, text)', 'evidence.direction_of(text)', 'evidence.modalities_of(text)', 'evidence.numbers_in(text)', 'evidence.folded(text)', 'evidence.sentences_of(text)', 'evidence.citations_in(text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest, psyrad_analyst, psyrad_view', f);
		IF f <> 'evidence.stated(text)'::regprocedure THEN
			EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
		END IF;
	END LOOP;
END $$;

COMMIT;
