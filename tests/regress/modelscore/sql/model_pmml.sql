-- PMML: categories by name, missing and invalid values, what is refused.
CREATE EXTENSION modelscore;
SET search_path = psyrad, public;

CREATE TABLE document (name text PRIMARY KEY, body text);
INSERT INTO document VALUES ('tree', '<?xml version="1.0"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
 <Header/>
 <DataDictionary>
  <DataField name="outlook" optype="categorical" dataType="string"><Value value="sunny"/><Value value="overcast"/><Value value="rain"/></DataField>
  <DataField name="humidity" optype="continuous" dataType="double"><Interval closure="closedClosed" leftMargin="0" rightMargin="100"/></DataField>
  <DataField name="windy" optype="categorical" dataType="boolean"/>
  <DataField name="play" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>
 </DataDictionary>
 <TreeModel modelName="golf" functionName="classification" missingValueStrategy="defaultChild">
  <MiningSchema>
   <MiningField name="outlook" invalidValueTreatment="asIs"/>
   <MiningField name="humidity"/>
   <MiningField name="windy" missingValueReplacement="false"/>
   <MiningField name="play" usageType="target"/>
  </MiningSchema>
  <Node id="0" score="yes" defaultChild="2"><True/>
   <ScoreDistribution value="no" recordCount="5"/><ScoreDistribution value="yes" recordCount="9"/>
   <Node id="1" score="no"><CompoundPredicate booleanOperator="and">
     <SimplePredicate field="outlook" operator="equal" value="sunny"/><SimplePredicate field="humidity" operator="greaterThan" value="75"/></CompoundPredicate>
    <ScoreDistribution value="no" recordCount="3"/><ScoreDistribution value="yes" recordCount="1"/></Node>
   <Node id="2" score="yes"><SimpleSetPredicate field="outlook" booleanOperator="isIn"><Array type="string" n="2">"sunny" overcast</Array></SimpleSetPredicate>
    <ScoreDistribution value="no" recordCount="1"/><ScoreDistribution value="yes" recordCount="4"/></Node>
   <Node id="3" score="no"><SimplePredicate field="windy" operator="equal" value="true"/>
    <ScoreDistribution value="no" recordCount="2"/><ScoreDistribution value="yes" recordCount="0"/></Node>
   <Node id="4" score="yes"><True/>
    <ScoreDistribution value="no" recordCount="0"/><ScoreDistribution value="yes" recordCount="3"/></Node>
  </Node>
  <ModelVerification recordCount="2"><VerificationFields>
    <VerificationField field="outlook"/><VerificationField field="humidity"/><VerificationField field="windy"/><VerificationField field="play"/></VerificationFields>
   <InlineTable><row><outlook>sunny</outlook><humidity>80</humidity><windy>true</windy><play>no</play></row>
    <row><outlook>rain</outlook><humidity>80</humidity><windy>false</windy><play>yes</play></row></InlineTable></ModelVerification>
 </TreeModel>
</PMML>');
CREATE TABLE m AS SELECT model_load(body) AS m FROM document;

SELECT model_describe(m) - 'bytes' FROM m;
SELECT model_classes(m), model_features(m) FROM m;
SELECT f, model_predict(m, f), model_proba(m, f), model_score(m, f)
	FROM m, (VALUES ('{"outlook": "sunny", "humidity": 80, "windy": false}'::jsonb), ('{"outlook": "sunny", "humidity": 60}'),
		('{"outlook": "rain", "humidity": 60, "windy": true}'), ('{"outlook": "rain", "humidity": 60}'), ('{"outlook": "fog", "humidity": 60}'), ('{"humidity": 60}')) v(f);
-- The same by codes: texts by their place in the dictionary, from 0.
SELECT f, model_predict(m, f) FROM m, (VALUES (ARRAY[0, 80, 0]::float8[]), (ARRAY[2, 60, 1]::float8[]), (ARRAY[9, 60, 'NaN']::float8[]), (ARRAY[NULL, 60, 0]::float8[])) v(f);
SELECT model_predict(m, '{"outlook": "sunny", "humidity": 180}'::jsonb) FROM m;
SELECT model_predict(m, ARRAY[0, 180, 0]::float8[]) FROM m;
SELECT model_predict(m, '{"outlook": "sunny", "humidity": "high"}'::jsonb) FROM m;
SELECT model_predict(m, '{"outlook": "sunny", "wind": true}'::jsonb) FROM m;
-- The compiled form crosses as text and back.
SELECT model_predict(m::text::model, '{"outlook": "rain", "humidity": 60, "windy": true}'::jsonb) FROM m;

-- Refused by name, with line and column.
SELECT model_load(replace(body, '<windy>false</windy><play>yes</play>', '<windy>false</windy><play>no</play>')) FROM document;
SELECT model_load(replace(body, 'operator="greaterThan"', 'operator="about"')) FROM document;
SELECT model_load(replace(replace(body, '<TreeModel', '<Scorecard'), '</TreeModel', '</Scorecard')) FROM document;
SELECT model_load(replace(body, 'version="4.4"', 'version="5.0"')) FROM document;
SELECT model_load(replace(body, 'field="windy" operator', 'field="storm" operator')) FROM document;
SELECT model_load(left(body, 800)) FROM document;
SELECT model_load('<!DOCTYPE PMML [<!ENTITY a "aaaa">]>' || substr(body, 22)) FROM document;
SELECT model_load('<PMML version="4.4">&amp;&unknown;</PMML>');
DROP TABLE m, document;

-- selectAll: the answer that the Output singles out, the segment that is asked for, or each one's; the numbers are run_models_mining's.
CREATE VIEW all_of AS SELECT how, '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><DataDictionary><DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/></DataDictionary>
 <MiningModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema>' || output || '<Segmentation multipleModelMethod="selectAll">' ||
	string_agg(format('<Segment %s>%s<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="%s"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel></Segment>',
		id, predicate, intercept), '' ORDER BY intercept) || '</Segmentation></MiningModel></PMML>' AS body
FROM (VALUES ('each', ''), ('single', '<Output><OutputField name="a" dataType="double" feature="predictedValue" segmentId="old"/></Output>'),
	('nobody', '<Output><OutputField name="a" dataType="double" feature="predictedValue" segmentId="elder"/></Output>')) o(how, output),
	(VALUES ('id="young"', '<SimplePredicate field="x" operator="lessThan" value="40"/>', 100), ('id="old"', '<SimplePredicate field="x" operator="greaterOrEqual" value="40"/>', 200), ('', '<True/>', 300)) s(id, predicate, intercept)
GROUP BY how, output;
SELECT x, model_decision(each, ARRAY[x]) AS each, model_score(single, ARRAY[x]) AS single, model_score(young, ARRAY[x]) AS young, model_score(third, ARRAY[x]) AS third
FROM (SELECT model_load(body) AS each, model_load(body, 'pmml:young') AS young, model_load(body, 'pmml:3') AS third FROM all_of WHERE how = 'each') e,
	(SELECT model_load(body) AS single FROM all_of WHERE how = 'single') s, (VALUES (30.0), (50), (NULL)) v(x);
SELECT model_describe(model_load(body, f))->'estimator' AS described FROM all_of, (VALUES ('pmml'), ('pmml:old')) v(f) WHERE how = 'each';
SELECT model_score(model_load(body), ARRAY[1]) FROM all_of WHERE how = 'each';
SELECT model_load(body, 'pmml:nobody') FROM all_of WHERE how = 'each';
SELECT model_load(body) FROM all_of WHERE how = 'nobody';
SELECT model_load(body, 'pmml:') FROM all_of WHERE how = 'each';
SELECT model_load(regexp_replace(replace(replace(body, '"regression"', '"classification"'), 'name="y" optype="continuous" dataType="double"/>', 'name="y" optype="categorical" dataType="string"><Value value="a"/><Value value="b"/></DataField>'),
	'<RegressionModel.*?</RegressionModel>', '<TreeModel functionName="classification"><MiningSchema><MiningField name="x"/></MiningSchema><Node score="a"><True/></Node></TreeModel>', 'g')) FROM all_of WHERE how = 'each';
SELECT model_load(regexp_replace(body, '<MiningModel.*</MiningModel>', '<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="1"/></RegressionModel>'), 'pmml:old') FROM all_of WHERE how = 'each';
DROP VIEW all_of;
