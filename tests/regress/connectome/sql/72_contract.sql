-- What others build on: every name, argument and result of the connectome family is there.
SET search_path = public, psyrad;
\pset null '(null)'
CREATE FUNCTION named(signature text) RETURNS regprocedure LANGUAGE sql AS $$ SELECT to_regprocedure('psyrad.' || signature) $$;

-- Scalars and sets, with what may be named and what has a default.
SELECT signature AS missing, arguments FROM (VALUES
	('conn_from_series(anyarray, text)', 'series,method', 1), ('conn_from_edges(anyarray, text)', 'edges,kind', 0), ('conn_from_matrix(anyarray, text)', 'matrix,kind', 0),
	('conn_n(connectome)', 'c', 0), ('conn_kind(connectome)', 'c', 0), ('conn_edge(connectome, int, int)', 'c,i,j', 0), ('conn_row(connectome, int)', 'c,i', 0), ('conn_edges(connectome)', 'c', 0),
	('conn_matrix(connectome, real)', 'c,diagonal', 1), ('conn_unnest(connectome)', 'c,i,j,value', 0), ('conn_fisher_z(connectome)', 'c', 0), ('conn_fisher_z_inv(connectome)', 'c', 0),
	('conn_threshold(connectome, float8, real, boolean)', 'c,density,above,absolute', 3), ('conn_similarity(connectome, connectome)', 'a,b', 0),
	('conn_block_mean(connectome, int[])', 'c,labels,a,b,edges,mean', 0), ('conn_lag1(anyarray)', 'series', 0), ('conn_sliding(anyarray, int, int, text)', 'series,width,step,method,start,c', 1),
	('series_alff(anyarray, float8, float8, float8)', 'series,tr,low,high', 2), ('series_falff(anyarray, float8, float8, float8)', 'series,tr,low,high', 2),
	('graph_degree(connectome, boolean, text)', 'c,weighted,negative', 2), ('graph_strength(connectome, boolean, text)', 'c,weighted,negative', 2), ('graph_clustering(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_betweenness(connectome, boolean, text)', 'c,weighted,negative', 2), ('graph_eigenvector(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_pagerank(connectome, boolean, text, float8)', 'c,weighted,negative,damping', 3), ('graph_local_efficiency(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_participation(connectome, int[], boolean, text)', 'c,communities,weighted,negative', 2), ('graph_module_zscore(connectome, int[], boolean, text)', 'c,communities,weighted,negative', 2),
	('graph_density(connectome, boolean, text)', 'c,weighted,negative', 2), ('graph_transitivity(connectome, boolean, text)', 'c,weighted,negative', 2), ('graph_assortativity(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_char_path_length(connectome, boolean, text, boolean)', 'c,weighted,negative,finite_only', 3), ('graph_global_efficiency(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_modularity(connectome, int[], boolean, text, float8)', 'c,communities,weighted,negative,gamma', 3), ('graph_components(connectome, boolean, text)', 'c,weighted,negative', 2),
	('graph_louvain(connectome, boolean, text, float8, bigint)', 'c,weighted,negative,gamma,seed', 4),
	('mass_unnest(mass_result)', 'r,k,n,estimate,se,statistic,df,p,q,effect_size,log_p,m', 0), ('mass_edges(mass_result)', 'r,i,j,n,estimate,se,statistic,df,p,q,effect_size,log_p,m', 0),
	('mass_ttest_final(mass_state, float8, text)', 'state,mu,effect_size', 2), ('mass_welch_final(mass_state, float8, text)', 'state,mu,effect_size', 2), ('mass_ttest_paired_final(mass_state, float8, text)', 'state,mu,effect_size', 2),
	('mass_corr_final(mass_state)', 'state', 0), ('mass_pcorr_final(mass_state)', 'state', 0), ('mass_summary_final(mass_state)', 'state', 0), ('mass_z_final(mass_state)', 'state', 0),
	('mass_glm_final(mass_state, float8[], text)', 'state,contrast,effect_size', 2), ('mass_ancova_final(mass_state, float8[], text)', 'state,contrast,effect_size', 2),
	('mass_icc_final(icc_state, text, float8)', 'state,type,level', 2), ('combat_final(combat_state, boolean, boolean, text, float8)', 'state,eb,mean_only,reference,tolerance', 4),
	('combat_apply(combat, connectome, text, float8[])', 'fit,x,site,covariates', 1), ('combat_apply(combat, real[], text, float8[])', 'fit,x,site,covariates', 1), ('combat_apply(combat, float8[], text, float8[])', 'fit,x,site,covariates', 1),
	('p_adjust(float8[], text, int)', 'p,method,n', 1)) AS contract (signature, arguments, defaults)
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(signature) AND array_to_string(proargnames, ',') = arguments AND pronargdefaults >= defaults);
SELECT proargnames @> '{series,confounds,tr,low_pass,high_pass,detrend,standardize,scrub}' AS series_clean, pronargdefaults FROM pg_proc WHERE proname = 'series_clean' AND pronamespace = 'psyrad'::regnamespace;

-- Every mergeable statistic is four objects, over connectome and arrays alike; combat's are named after what it is.
SELECT family || part AS missing, arguments FROM (VALUES ('mass_summary', ''), ('mass_ttest', ''), ('mass_ttest', ', boolean'), ('mass_welch', ', boolean'), ('mass_corr', ', float8'), ('mass_pcorr', ', float8, float8[]'),
	('mass_glm', ', float8[], float8[]'), ('mass_z', ', boolean'), ('mass_icc', ', anycompatiblenonarray'), ('mass_icc', ', anycompatiblenonarray, text')) AS contract (family, arguments),
	unnest(ARRAY['', '_state']) AS part, unnest(ARRAY['connectome', 'anyarray']) AS x WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(family || part || '(' || x || arguments || ')') AND prokind = 'a');
SELECT family || part AS missing, x FROM unnest('{mass_ttest_paired,mass_ancova,mass_glm}'::text[]) AS family, unnest(ARRAY['', '_state']) AS part, unnest(ARRAY['connectome', 'anycompatiblearray']) AS x
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(format('%s%s(%s, %s%s)', family, part, x, x, CASE WHEN family <> 'mass_ttest_paired' THEN ', float8[], float8[]' END)) AND prokind = 'a');
SELECT name AS missing FROM unnest('{combat_fit,combat_state}'::text[]) AS name, unnest(ARRAY['connectome', 'anyarray']) AS x, unnest(ARRAY['', ', float8[]']) AS w
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(format('%s(%s, text%s)', name, x, w)) AND prokind = 'a');
SELECT family AS missing FROM unnest('{mass_summary,mass_ttest,mass_welch,mass_ttest_paired,mass_corr,mass_pcorr,mass_glm,mass_ancova,mass_z,mass_icc}'::text[]) AS family
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(family || '_merge(' || CASE family WHEN 'mass_icc' THEN 'icc_state' ELSE 'mass_state' END || ')') AND prokind = 'a');
SELECT named('combat_merge(combat_state)') IS NOT NULL AS combat_merge;

-- What needs all rows: keyed, over both.
SELECT name AS missing, arguments FROM (VALUES ('mass_perm_ttest', ', boolean, int, bigint'), ('mass_perm_ttest', ', int, bigint'), ('mass_perm_corr', ', float8, int, bigint'), ('mass_perm_glm', ', float8[], float8[], int, bigint'),
	('conn_nbs', ', boolean, float8, int, bigint, text, text'), ('conn_cpm', ', float8, int, float8, int, bigint')) AS contract (name, arguments), unnest(ARRAY['connectome', 'anyarray']) AS x
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = named(format('%s(anycompatible, %s%s)', name, x, arguments)) AND prokind = 'a');

-- Results: columns in their order.
SELECT relname, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relname IN ('mass_result', 'mass_summary_result', 'mass_icc_result') AND relnamespace = 'psyrad'::regnamespace GROUP BY relname ORDER BY relname;

-- The type: kinds, slices and assignment are errors, indices are 1-based, casts are explicit.
SELECT array_agg(conn_kind(format('%s:2:{0.5}', k)::connectome)) FROM unnest('{r,z,partial,partial_z,weight}'::text[]) k;
SELECT attstorage FROM pg_attribute WHERE false UNION ALL SELECT typstorage FROM pg_type WHERE oid = 'connectome'::regtype;
SELECT c[1][2], c[2][1], conn_edge(c, 3, 2), c[1][1] FROM (VALUES ('r:3:{0.5,NaN,-0.25}'::connectome)) v (c);
SELECT c[1:2][2] FROM (VALUES ('r:3:{0.5,NaN,-0.25}'::connectome)) v (c);
SELECT c[0][2] FROM (VALUES ('r:3:{0.5,NaN,-0.25}'::connectome)) v (c);
SELECT c[1] FROM (VALUES ('r:3:{0.5,NaN,-0.25}'::connectome)) v (c);
CREATE TEMP TABLE assigned AS SELECT 'r:3:{0.5,NaN,-0.25}'::connectome AS c;
UPDATE assigned SET c[1][2] = 0.1;
UPDATE assigned SET c[1:2][2] = 0.1;
SELECT conn_fisher_z('z:2:{0.5}');
SELECT castcontext, format_type(castsource, NULL) AS source, format_type(casttarget, NULL) AS target FROM pg_cast WHERE 'connectome'::regtype IN (castsource, casttarget) ORDER BY 2, 3;
