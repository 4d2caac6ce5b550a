# Screening from the command line: declare, load decisions, what waits, conflicts, kappa, the flow; and the clusters that it counts by.
load cases.bash

ris() # TITLE YEAR DOI [DATABASE-WORDS]
{
	printf 'TY  - JOUR\nAU  - Li, J\nTI  - %s\nPY  - %s\nDO  - %s\nJO  - Journal\nVL  - 1\nSP  - 1\nER  - \n\n' "$1" "$2" "$3"
}
library()
{
	{ ris 'One trial of acupuncture' 2019 10.1234/1; ris 'Two studies of imaging' 2020 10.1234/2; ris 'Three rats' 2021 10.1234/3; ris 'Four reviews' 2022 10.1234/4; } >pubmed.ris
	{ ris 'One trial of acupuncture.' 2019 10.1234/1; ris 'Five letters' 2018 10.1234/5; } >embase.ris
	psyrad ingest literature pubmed.ris --database PubMed --searched 2026-01-02 >/dev/null; psyrad ingest literature embase.ris --database Embase --searched 2026-01-02 >/dev/null
	q "SELECT evidence.deduplicate()" >/dev/null
	cat >review.json <<-'JSON'
		{"review": "r", "title_en": "A review", "screeners": 2, "searches_complete": true, "previous_studies": 0, "previous_reports": 0,
		 "searches": [{"database": "PubMed", "searched": "2026-01-02", "hits_stated": 4, "strategies": [{"language": "en", "stated_in": "protocol", "strings": ["acupuncture AND imaging"]}]},
			{"database": "Embase", "searched": "2026-01-02", "hits_stated": 3}],
		 "strategies": [{"language": "zh", "stated_in": "abstract", "strings": ["针灸", "针灸AND影像"]}],
		 "reasons": [{"reason": "animals", "label_en": "Animal study", "label_zh": "动物研究"}, {"reason": "design", "label_en": "Wrong design"}]}
	JSON
}
states() { q "SELECT string_agg(state, ' ' ORDER BY s.doi) FROM evidence.prisma_record() r JOIN evidence.source_record s ON s.source_record_id = r.report_id WHERE r.first"; }
declared() { library; psyrad screen --declare review.json >/dev/null; }

@test "a review is declared, with its files; again nothing is doubled; what is wrong is said" {
	library
	run psyrad screen --declare review.json; exits 0; has 'r      |        2 |       3 |       2 |              2'
	run psyrad screen --declare review.json; exits 0; has 'r      |        2 |       3 |       2 |              0'
	is 'Embase|3|2|-1 PubMed|4|4|0' "$(q "SELECT database, hits_stated, records, difference FROM evidence.search_summary ORDER BY 1" | paste -sd ' ')"
	sed -i 's/"screeners"/"screener"/' review.json; run psyrad screen --declare review.json; exits 1; has 'the review has screener, which is not known'; has 'Known: review, title_en'
	echo '{"review": ""}' >e.json; run psyrad screen --declare e.json; exits 1; has 'the review has no name'
	echo '[1]' >e.json; run psyrad screen --declare e.json; exits 1; has 'the review is array; expected an object'
	echo '{' >e.json; run psyrad screen --declare e.json; exits 1; : >e.json; run psyrad screen --declare e.json; exits 1; has 'the file is empty'
	run psyrad screen --declare nowhere.json; exits 1; has nowhere.json
}

@test "decisions by DOI, PMID, title and number; a second file says the same again and changes nothing" {
	declared
	printf 'doi,title,year,reviewer,decision,comment,decided_at\nhttps://doi.org/10.1234/1,,,li,Include,,2026-01-05\n,TWO STUDIES OF IMAGING,2020,li,纳入,,2026-01-05\n,Three rats,,li,exclude,rats,2026-01-05\n10.1234/4,,,li,maybe,,2026-01-05\n10.1234/5,,,li,,,\n' >li.csv
	run psyrad screen --load li.csv; exits 0; has '5 read, 4 loaded, 1 unchanged, 0 rejected'
	run psyrad screen --load li.csv; exits 0; has '0 loaded, 5 unchanged'
	cp li.csv again.csv; echo '10.1234/5,,,li,exclude,,2026-01-06' >>again.csv; run psyrad screen --load again.csv; exits 0; has '6 read, 1 loaded, 5 unchanged'
	is 'include||2026-01-05 00:00:00+00' "$(PGTZ=UTC q "SELECT decision, comment, decided_at FROM evidence.screening_decision ORDER BY decision_id LIMIT 1")"
	is rats "$(q "SELECT comment FROM evidence.screening_decision WHERE decision = 'exclude' ORDER BY decision_id LIMIT 1")"
	echo "record,decision
$(q "SELECT max(source_record_id) FROM evidence.source_record WHERE doi = '10.1234/1'"),exclude" >wu.csv
	run psyrad screen --load wu.csv --screener wu --review r --stage title_abstract; exits 0; has '1 loaded'
	run psyrad screen --conflicts; exits 0; has 'title_abstract | decision | li       | include'; has 'wu       | exclude'; has '(2 rows)'
	printf 'doi,decision,consensus\n10.1234/1,include,yes\n' >he.csv; run psyrad screen --load he.csv --screener he; exits 0
	run psyrad screen --conflicts; exits 0; has '(0 rows)'
}

@test "what is wrong with a decision is told by line and column, and the rest is loaded" {
	declared
	printf 'doi,stage,screener,decision,reason,decided_at,consensus\n10.1234/9,,li,include,,,\n10.1234/1,abstracts,li,include,,,\n10.1234/1,,li,perhaps,,,\n10.1234/1,,,include,,,\n10.1234/1,full text,li,exclude,,,\n10.1234/1,full_text,li,exclude,boring,,\n10.1234/1,,li,include,,5.1.2026,\n10.1234/1,,li,include,,,sure\n10.1234/2,full_text,li,exclude,Animal study,,\n' >bad.csv
	run psyrad screen --load bad.csv --max-rejects 8; exits 0; has '9 read, 1 loaded, 0 unchanged, 8 rejected'
	is '2|unknown_record 3|bad_stage 4|bad_decision 5|missing_value 6|bad_reason 7|bad_reason 8|bad_day 9|bad_value' "$(q "SELECT line, code FROM ingest.reject ORDER BY line" | paste -sd ' ')"
	is 'found boring; expected a reason of the review: animals, design' "$(q "SELECT message FROM ingest.reject WHERE line = 7")"
	is animals "$(q "SELECT reason FROM evidence.screening_decision")"
	printf 'a,b\n1,2\n' >x.csv; run psyrad screen --load x.csv; exits 1; has 'no column tells which record a row is about'
	printf 'doi,b\n1,2\n' >x.csv; run psyrad screen --load x.csv; exits 1; has 'no column holds decisions'
	printf 'doi,decision\n1,include\n' >x.csv; run psyrad screen --load x.csv --review nobody; exits 1; has "there is no review 'nobody'"; has 'psyrad screen --declare'
	q "INSERT INTO evidence.source_record (source_id, record_key, occurrence, file_id, seen_in, ordinal, format, content_sha256, title, year, raw)
		SELECT source_id, 'twin', 1, file_id, seen_in, 9, format, sha256('twin'), title, 2023, '' FROM evidence.source_record WHERE doi = '10.1234/4'" >/dev/null
	printf 'title,decision\nFour reviews,include\n' >x.csv; run psyrad screen --load x.csv --screener li; exits 1; is ambiguous_record "$(q "SELECT code FROM ingest.reject ORDER BY reject_id DESC LIMIT 1")"
	printf 'title,year,decision\nFour reviews,2023,include\n' >x.csv; run psyrad screen --load x.csv --screener li; exits 0
}

@test "Rayyan's notes and ASReview's labels" {
	declared
	cat >articles.csv <<-'CSV'
		key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id
		rayyan-1,One trial of acupuncture,2019,,,,,,,,,,,,,,"RAYYAN-INCLUSION: {""Ana""=>""Included"", ""Bo""=>""Excluded""} | RAYYAN-EXCLUSION-REASONS: wrong drug,foreign language",,,,
		rayyan-2,Two studies of imaging,2020,,,,,,,,,,,,,,"RAYYAN-INCLUSION: {""Ana""=>""Maybe"", ""Bo""=>""Included""} | RAYYAN-LABELS: ML | USER-NOTES: {""Ana""=>[""see {later}""]}",,,,
		rayyan-3,Three rats,2021,,,,,,,,,,,,,,,,,,
	CSV
	run psyrad screen --load articles.csv; exits 0; has '5 read, 4 loaded, 1 unchanged'
	is 'Ana|include Ana|unsure Bo|exclude Bo|include' "$(q "SELECT screener, decision FROM evidence.screening_decision ORDER BY 1, 2" | paste -sd ' ')"
	is 'Ana|see {later}; labels: ML Bo|labels: ML Bo|wrong drug,foreign language' "$(q "SELECT screener, comment FROM evidence.screening_decision WHERE comment IS NOT NULL ORDER BY 1, 2" | paste -sd ' ')"
	printf 'record_id,title,doi,asreview_label,asreview_time,asreview_note\n,,10.1234/3,0,2025-09-07T11:00:00Z,\n,,10.1234/4,1,2025-09-07T12:00:00Z,keep\n,,10.1234/5,,,\n' >labels.csv
	run psyrad screen --load labels.csv --screener Cy; exits 0; has '3 read, 2 loaded, 1 unchanged'
	is 'exclude||2025-09-07 11:00:00+00 include|keep|2025-09-07 12:00:00+00' "$(PGTZ=UTC q "SELECT decision, comment, decided_at FROM evidence.screening_decision WHERE screener = 'Cy' ORDER BY 1" | paste -sd ' ')"
}

@test "Rayyan at full text; Covidence's lists; a file without one decision is refused" {
	declared
	cat >articles.csv <<-'CSV'
		key,title,year,notes,doi
		rayyan-1,One trial of acupuncture,2019,"some note RAYYAN-INCLUSION: {""Ana""=>""Excluded"", ""Bo""=>""Included""} | RAYYAN-EXCLUSION-REASONS: not in time, Animal study | USER-NOTES: {""Ana""=>[""a \""mouse\"" model"", ""sure""], ""Bo""=>[""no""]}",
		rayyan-2,Two studies of imaging,2020,"RAYYAN-INCLUSION: {""Ana""=>""Excluded"", ""Bo""=>""Excluded""} | RAYYAN-EXCLUSION-REASONS: Wrong design",
	CSV
	run psyrad screen --load articles.csv --stage full_text; exits 0; has '4 read, 4 loaded'
	is 'Ana|exclude|animals|a "mouse" model; sure; not in time, Animal study
Ana|exclude|design|
Bo|exclude|design|
Bo|include||no' "$(q "SELECT screener, decision, reason, comment FROM evidence.screening_decision ORDER BY screener, decision, reason")"
	q "DELETE FROM evidence.screening_decision" >/dev/null
	header='Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags'
	{ echo "$header"; echo 'Three rats,"Li, J",,2021,,Journal,1,,1,,10.1234/3,3,#3,Li 2021,,'; } >irrelevant.csv
	run psyrad screen --load irrelevant.csv --screener team; exits 1; has 'no row holds a decision'; has '--decision include or --decision exclude'
	run psyrad screen --load irrelevant.csv --screener team --decision exclude --consensus; exits 0; has '1 loaded'
	{ echo "$header"; echo 'One trial of acupuncture,"Li, J",,2019,,Journal,1,,1,,10.1234/1,1,#1,Li 2019,"Exclusion reason: Wrong design; Ana (2021-05-05 01:02:03)(Screen): dubious; ",'; } >excluded.csv
	run psyrad screen --load excluded.csv --screener team --consensus; exits 0; has '1 loaded'
	is 'full_text|exclude|design|t title_abstract|exclude||t' "$(q "SELECT stage, decision, reason, consensus FROM evidence.screening_decision ORDER BY 1" | paste -sd ' ')"
	# A column a screener: once for each.
	printf 'doi,Reviewer 1,Reviewer 2\n10.1234/2,include,exclude\n10.1234/4,exclude,exclude\n' >wide.csv
	run psyrad screen --load wide.csv --map 'decision=Reviewer 1' --screener R1; exits 0; has '2 loaded'
	run psyrad screen --load wide.csv --map 'decision=Reviewer 2' --screener R2; exits 0; has '2 loaded'
	is 'R1|exclude R1|include R2|exclude R2|exclude' "$(q "SELECT screener, decision FROM evidence.screening_decision WHERE screener LIKE 'R_' ORDER BY 1, 2" | paste -sd ' ')"
}

@test "what waits for whom, until it is settled; kappa; the flow, with ? for what is not known" {
	declared
	run psyrad screen --next --screener li; exits 0; has '(5 rows)'
	printf 'doi,screener,decision,decided_at\n' >d.csv
	for doi in 1 2; do for who in li wu; do echo "10.1234/$doi,$who,include,2026-01-05"; done; done >>d.csv
	for who in li wu; do echo "10.1234/3,$who,exclude,2026-01-05"; done >>d.csv; echo '10.1234/4,wu,include,2026-01-06' >>d.csv
	psyrad screen --load d.csv >/dev/null
	run psyrad screen --next --screener li --limit 1; exits 0; has 'Four reviews'; has '|       2'; has '     1 | 2022'
	run psyrad screen --next --screener wu; exits 0; has 'Five letters'; has '(1 row)'
	run psyrad screen --next --screener li --stage full_text; exits 0; has '(2 rows)'
	run psyrad screen --kappa; exits 0; has 'title_abstract | li         | wu         | 3 |     1 |     3 |     1.000 | 1.000'
	run psyrad screen --flow; exits 0
	has '6 | Records identified from databases '; has '1 | Duplicate records removed before screening'; has '3 | Records screened'; has '1 | Records excluded'; has '2 | Records awaiting screening'
	has '从数据库检出的记录'
	run psyrad screen --flow --as-of 2026-01-05; exits 0; has '3 | Records screened'; run psyrad screen --flow --as-of 2026-01-04; exits 0; has '0 | Records screened'
	sed 's/"searches_complete": true/"searches_complete": false/' review.json >open.json; psyrad screen --declare open.json >/dev/null
	run psyrad screen --flow; exits 0; has '? | Records identified from registers'; has 'no search of kind register is recorded'; ! grep -q '^0 | Records identified from registers' <<<"$output"
	printf 'doi,screener,stage,decision,reason\n10.1234/3,li,full_text,include,\n' >early.csv; psyrad screen --load early.csv >/dev/null
	run psyrad screen --questions; exits 0; has full_text_too_early
	for words in '' '--next' '--flow --kappa' '--next --screener li --limit x' '--conflicts --limit 3' '--load' '--declare' '--flow --stage full_text'; do run psyrad screen $words; exits 2; has usage; done
	run psyrad screen --help; exits 0; has 'PRISMA 2020'
	run psyrad screen --flow --review nobody; exits 1; has "there is no review 'nobody'"
	run psyrad screen --next --screener li --stage reading; exits 1; has "stage is 'reading'"
}

@test "the labels of two real reviews: every record screened, the included ones as labelled, the flow reconciles" {
	need "$data/evidence/screening_labels_synergy"
	for set in Bannach-Brown_2019 Cohen_2006_AtypicalAntipsychotics; do
		# Some records have no number at all: their line is their title.
		read -r rows included <<<"$(python3 - "$data/evidence/screening_labels_synergy/${set}_ids.csv" <<-'PY'
			import csv, sys
			rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8')))
			with open('labels.csv', 'w', encoding='utf-8', newline='') as to:
			    out = csv.writer(to)
			    out.writerow(['title', 'doi', 'pmid', 'label_included'])
			    for k, r in enumerate(rows):
			        out.writerow([f"{k} {r['openalex_id']}", r['doi'], r['pmid'].split('/')[-1], r['label_included']])
			print(len(rows), sum(r['label_included'] == '1' for r in rows))
		PY
		)"
		cp labels.csv "$set.csv"
		psyrad ingest literature "$set.csv" --database "$set" --map title=title --map doi=doi --map pmid=pmid >/dev/null
		q "SELECT evidence.deduplicate()" >/dev/null
		echo "{\"review\": \"$set\", \"screeners\": 1, \"searches_complete\": true, \"previous_studies\": 0, \"previous_reports\": 0, \"searches\": [{\"database\": \"$set\"}]}" >review.json
		psyrad screen --declare review.json >/dev/null
		run psyrad screen --load labels.csv --review "$set" --screener label; exits 0
		has "$rows read"
		is "$rows" "$(q "SELECT count(*) FROM evidence.prisma_record(NULL, '$set')")"
		is "$rows|$included|t" "$(q "SELECT max(n) FILTER (WHERE box = 'identified'), max(n) FILTER (WHERE box = 'sought'),
			max(n) FILTER (WHERE box = 'screened') + max(n) FILTER (WHERE box = 'duplicates') = max(n) FILTER (WHERE box = 'identified') FROM evidence.prisma_flow(NULL, '$set')")"
	done
}

@test "psyrad dedupe: counts by database, pairs side by side, decisions and their undoing, clusters as a file" {
	library
	run psyrad dedupe; exits 0; has '      6 |       5 |          1 |         0 |       0'; has 'PubMed   |       4 |                 4 |                 0'; has 'Embase   |       2 |                 1'; has 'all      |       6 |                 5'
	{ ris 'Depression in Parkinson disease: a study' 2019 10.1/a; } | sed '/DO/d' >a.ris; { ris 'Depression in Parkinson disease a case study' 2020 10.1/b; } | sed '/DO/d; s/Li, J/Li, Jing/; /SP/d' >b.ris
	psyrad ingest literature a.ris b.ris --database VIP >/dev/null; psyrad dedupe >/dev/null
	a=$(q "SELECT min(source_record_id) FROM evidence.source_record WHERE database = 'VIP'"); b=$(q "SELECT max(source_record_id) FROM evidence.source_record WHERE database = 'VIP'")
	q "INSERT INTO evidence.duplicate (record_a, record_b, verdict, rule, confidence, contradicts, joined) VALUES ($a, $b, 'uncertain', 'title', 0.5, false, false) ON CONFLICT DO NOTHING" >/dev/null
	run psyrad dedupe --uncertain; exits 0; has 'title    | Depression in Parkinson disease: a study'; has 'a case study'; has 'year     | 2019'; has "record   | $a"
	run psyrad dedupe --same $a $b --reason 'same registration number'; exits 0; has 'same report'; has "$b |      $a |       2"
	run psyrad dedupe --why $b; exits 0; has 'same registration number'
	run psyrad dedupe --uncertain; exits 0; has '(0 rows)'
	run psyrad dedupe --different $a $b; exits 0; has 'two reports'; has "$b |      $b |       1"
	run psyrad dedupe --undo $a $b; exits 0; has 'taken back'
	run psyrad dedupe --same $a 999999; exits 1; has 'there is no source record 999999'; run psyrad dedupe --same $a $a; exits 1
	for words in '--same' "--same $a" "--same $a x" "--same $a $b --reason" '--uncertain --export x' '--limit 3' 'word' '--why x'; do run psyrad dedupe $words; exits 2; has usage; done
	run psyrad dedupe --export clusters.csv; exits 0; has 'dedupe: 8 records are in clusters.csv'
	is '8|7' "$(python3 -c "
import csv
rows = list(csv.DictReader(open('clusters.csv', encoding='utf-8')))
print(len(rows), len({r['report'] for r in rows}), sep='|')")"
	run psyrad dedupe --export /nowhere/x.csv; exits 1; has '/nowhere/x.csv cannot be written'
	run psyrad dedupe --help; exits 0; has 'Nothing is ever deleted'
}
