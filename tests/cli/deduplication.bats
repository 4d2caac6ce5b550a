# Records of literature from their files to clusters: imported twice adds none, whatever database and format they came from.
load cases.bash

ris() # AUTHOR TITLE YEAR JOURNAL VOLUME FIRST LAST [DOI]
{
	printf 'TY  - JOUR\nAU  - %s\nTI  - %s\nPY  - %s\nJO  - %s\nVL  - %s\nSP  - %s\nEP  - %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$7"
	[ -z "${8:-}" ] || printf 'DO  - %s\n' "$8"
	printf 'ER  - \n\n'
}

@test "two databases, two languages, one report each; imported again nothing changes" {
	{ ris 'Li, J' 'Electroacupuncture for major depressive disorder' 2019 'Zhongguo Zhen Jiu' 39 21 5 10.13703/j.0255-2930.2019.01.005
	  ris 'Smith, A' 'Sleep in adolescents with depression' 2018 'J Affect Disord' 230 1 9; } >pubmed.ris
	{ ris '李晶' '电针治疗抑郁症的临床研究' 2019 '中国针灸' 39 21 25 10.13703/j.0255-2930.2019.01.005
	  ris '王芳' '针刺治疗失眠的系统评价' 2020 '针刺研究' 45 100 106; } >cnki.ris
	ris 'Smith, Anna' 'SLEEP IN ADOLESCENTS WITH DEPRESSION.' 2018 'Journal of Affective Disorders' 230 1 9 >embase.ris
	psyrad ingest literature pubmed.ris --database PubMed; psyrad ingest literature cnki.ris --database CNKI
	psyrad ingest literature embase.ris --database Embase
	is '5|3|2|0|5' "$(q "SELECT * FROM evidence.deduplicate()")"
	is 'CNKI|2|1|0|1 Embase|1|0|0|1 PubMed|2|2|0|0' \
		"$(q "SELECT database, records, first_occurrences, duplicates_within, duplicates_across FROM evidence.duplicate_count ORDER BY 1" | paste -sd ' ')"
	is 'DOI, title in another language title, authors, place in print' "$(q "SELECT rule FROM evidence.duplicate ORDER BY rule COLLATE \"C\"" | paste -sd ' ')"
	q "SELECT evidence.decide_duplicate(min(record_a), min(record_b), false) FROM evidence.duplicate WHERE rule LIKE 'DOI%'" >/dev/null
	is '4' "$(q "SELECT count(DISTINCT cluster_id) FROM evidence.record_cluster")"
	cp pubmed.ris again.ris
	run psyrad ingest literature pubmed.ris again.ris --database PubMed; psyrad ingest literature embase.ris --database Embase
	is '4' "$(q "SELECT clusters FROM evidence.deduplicate()")"
	is 't' "$(q "SELECT sum(records) = sum(first_occurrences + duplicates_within + duplicates_across) AND sum(not_compared) = 0 FROM evidence.duplicate_count")"
}

@test "two trials of one name are two, one trial registered is one; a correction in Chinese is not its paper" {
	entry() { printf 'TY  - DATA\nAU  - University Hospital\nTI  - %s\nPY  - 2019\nJO  - %s\nAN  - %s\nER  - \n\n' "$1" "$2" "$3"; }
	{ entry 'Acupuncture for Depression' ClinicalTrials.gov NCT01234567; entry 'Acupuncture for Depression' ClinicalTrials.gov NCT07654321
	  entry 'Acupuncture for depression.' https://clinicaltrials.gov/show/NCT01234567 CN-02000001; entry '针刺治疗抑郁症的研究' 中国临床试验注册中心 ChiCTR2000030000
	  ris '李四' '电针治疗卒中后抑郁的临床观察' 2019 '中国针灸' 39 1 5; ris '李四' '《电针治疗卒中后抑郁的临床观察》更正' 2019 '中国针灸' 39 90 90; } >a.ris
	psyrad ingest literature a.ris --database CENTRAL
	is '6|5|1|3|6' "$(q "SELECT * FROM evidence.deduplicate()")"
	is 'correction, reply or protocol|uncertain other registration|uncertain registration|duplicate' "$(q "SELECT DISTINCT rule, verdict FROM evidence.duplicate ORDER BY rule" | paste -sd ' ')"
	is 'nct01234567 nct07654321 nct01234567 chictr2000030000' "$(q "SELECT evidence.registration(accession, journal, urls) FROM evidence.source_record ORDER BY ordinal LIMIT 4" | paste -sd ' ')"
}
