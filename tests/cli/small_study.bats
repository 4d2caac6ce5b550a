# A study of six people, two sites, one region without a signal: what it is too small for is said, and breaks nobody else's answer.
load cases.bash

people() {
	printf 'A\nB\nC\nD\n' >regions.txt
	psyrad ingest atlas --names regions.txt --atlas abcd
	local p s
	for p in 1 2 3 4 5 6; do for s in pre post; do
		awk -v seed=$((10 * p + ${#s})) -v dead=$((p == 1 && ${#s} == 3)) 'BEGIN { srand(seed); OFS = "\t"; print "A", "B", "C", "D"
			for (t = 0; t < 40; t++) { x = rand(); print dead ? 1 : x + rand(), x + rand(), rand(), rand() } }' >sub-P0${p}_ses-${s}_task-rest_timeseries.tsv
		awk -v p=$p 'BEGIN { print "framewise_displacement\nn/a"; for (t = 1; t < 40; t++) print (p + t % 3) / 100 }' >sub-P0${p}_ses-${s}_task-rest_desc-confounds_timeseries.tsv
	done; done
	psyrad ingest series sub-*_task-rest_timeseries.tsv --study t --atlas abcd --tr 2
	{ echo participant_id,week,total; for p in 1 2 3 4 5 6; do echo "P0$p,0,$((20 + p))"; echo "P0$p,8,$((5 + 2 * p))"; done; } >scores.csv
	psyrad ingest scores scores.csv --study t --instrument HAMD-17
	echo '{"psyrad_model": 1, "name": "m", "task": "classification", "classes": ["no", "yes"], "positive": "yes", "missing": "error",
		"features": [{"name": "A ~ B", "unit": "fisher_z"}], "estimator": {"kind": "logistic", "coef": [[1.0]], "intercept": [0.0]}}' >model.json
	psyrad ingest model model.json --name m --trained-on nobody
} >/dev/null

@test "what a small study cannot answer is a note or no number, and every question and view answers" {
	people
	run psyrad ask 13 --csv; exits 0
	is 'm,1,t,SIMULATED,abcd,nobody,5,2,1' "$(sed -n 2p <<<"$output" | cut -d , -f 1-9)"
	is '1|5' "$(q "SELECT count(*) FILTER (WHERE score IS NULL), count(score) FROM report.model_score")"
	is '6 people' "$(q "SELECT count(*) || ' people' FROM report.connection_change")"
	# Baseline and improvement add up to a constant but for the site here, so that ComBat cannot keep both.
	is 'covariates[3] is a combination of site and the covariates before it|t' "$(q 'SELECT note, fit IS NULL FROM report.connection_combat')"
	is t "$(q "SELECT bool_and(combat_r IS NULL AND survives IS NOT TRUE AND note LIKE 'covariates[3]%') FROM report.connection_sensitivity")"
	is 0 "$(q "SELECT count(*) FROM report.seed_region WHERE value = 'NaN'")"
	for n in $(seq 26); do run psyrad ask "$n"; exits 0; done
	is 'pre post' "$(q "SELECT string_agg(f ->> 5, ' ' ORDER BY n) FROM jsonb_array_elements(report.page_imaging() -> 'motion_summary' -> 'rows') WITH ORDINALITY r(f, n)")"
}
