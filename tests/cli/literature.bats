# Records of literature: formats and encodings told from the content, nothing lost, nothing twice.
load cases.bash

literature() { run psyrad ingest literature "$@"; }
ris() { local i; for i in "$@"; do printf 'TY  - JOUR\r\nAU  - Smith, J%s\r\nTI  - Title %s\r\nPY  - 2020\r\nER  - \r\n\r\n' "$i" "$i"; done; }

@test "the same file twice adds nothing, under another name neither; the same record in two files is two" {
	ris 1 2 3 >a.ris; cp a.ris b.ris; ris 3 4 >c.ris
	literature a.ris; exits 0; has '3 read, 3 loaded, 0 unchanged, 0 rejected'
	literature a.ris b.ris; exits 0; has '2 files, 6 read, 0 loaded, 6 unchanged'
	literature c.ris; exits 0; has '2 read, 2 loaded'
	is '5|4' "$(q "SELECT count(*), count(DISTINCT content_sha256) FROM evidence.source_record")"
	is 'a.ris|3|3|0 c.ris|2|2|0' "$(q "SELECT path, records_in_file, records, vanished FROM evidence.source_count ORDER BY 1" | paste -sd ' ')"
	literature a.ris --database PubMed --search s1 --searched 2026-11-23; exits 0; has '3 loaded'
	is 'PubMed|s1|2026-11-23|3' "$(q "SELECT database, search, searched, records FROM evidence.source_count WHERE database IS NOT NULL")"
	literature a.ris --searched tomorrowish; exits 1; has '--searched is tomorrowish; expected a day'
}

@test "a corrected file changes its records, with history; a record that it leaves out is kept and reported" {
	ris 1 2 3 >a.ris; sed -i '0,/AU/s/AU  - Smith, J1/&\r\nDO  - 10.1234\/One/' a.ris; literature a.ris; exits 0
	{ ris 9; ris 1 2; } | sed 's/AU  - Smith, J1/AU  - Smith, John\r\nDO  - https:\/\/doi.org\/10.1234\/ONE/' >b.ris; mv b.ris a.ris
	literature a.ris; exits 1; has '3 read, 2 loaded, 1 unchanged, 1 rejected'
	is 'row_vanished' "$(q "SELECT code FROM ingest.reject")"
	is 'Title 9|1 Title 1|2 Title 2|3 Title 3|3' "$(q "SELECT title, ordinal FROM evidence.source_record ORDER BY seen_in DESC, ordinal" | paste -sd ' ')"
	is 'Smith, J1' "$(q "SELECT old_row #>> '{authors,0,written}' FROM ingest.history WHERE table_name = 'evidence.source_record'")"
	is '3|3|1' "$(q "SELECT records_in_file, records, vanished FROM evidence.source_count")"
}

@test "what is no literature is refused, and so is a file without records; never a silent 0" {
	echo 'Dear colleague, nothing here.' >a.txt; : >empty.txt; printf 'title,authors,year\n' >header.csv; printf '<?xml version="1.0"?>\n<PubmedArticleSet/>\n' >p.xml
	literature a.txt; exits 1; has 'line 1: this is no format of literature that is known; it begins: Dear colleague'
	literature empty.txt; exits 1; has 'the file has no text in it'
	literature header.csv; exits 1; has 'line 1: no record found, reading the file as table'
	literature p.xml; exits 1; has 'no record found, reading the file as pubmed-xml'
	printf '%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n' >a.pdf; literature a.pdf; exits 1; has 'a PDF document; expected records of literature'
	printf '<xml><records></records></xml>\n' >none.xml; literature none.xml; exits 1; has 'no record found, reading the file as endnote-xml'
	printf '<?xml version="1.0"?>\n<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods><titleInfo><title>A</title></titleInfo></mods></modsCollection>\n' >mods.xml; literature mods.xml; exits 1; has 'XML of another kind (MODS), which is not read'
	literature a.txt --format nonsense; exits 1; has '--format nonsense is not known'
	is 8 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'refused'")"
}

evidence() { [ -d "$data/evidence/formats" ] || skip "shared/data is absent"; }

@test "Zotero's and CNKI's cases of every format: each field as expected, or listed with the reason" {
	evidence
	python3 "$top/tests/golden/literature/cases.py" "$data/evidence"
}

@test "whole exports: every record is there, and files agree where they have the same record" {
	evidence
	python3 "$top/tests/golden/literature/exports.py" "$data/evidence"
}

@test "RIS: what programs make of it" {
	# Ovid's numbers and C1, Cochrane's heads, ER in an abstract and without a hyphen, no ER, a type that is not first, one blank, a no-break blank.
	printf '%s\r\n' 'Record #1 of 2' 'Provider: John Wiley & Sons, Ltd.' '' 'TY  -  JOUR' 'A1  -  Bywater, T' 'T1  -  One' 'JA  -  Trials' 'C3  -  PUBMED 21314913' 'KW  -  a;b' 'N2  -  Text' \
		'ER  - positive cells were counted' 'goes on' 'T2 - weighted images' 'ER  - ' '' '2. ' 'C1  - Ovid MEDLINE' 'TY  - JOUR' 'AU  - 李晶;孙阳' 'TI  - Two' 'T1  - Zwei' 'M3  - doi: 10.1234/X(1)2.' 'SP  - 221-8' 'Y1  - 2014/06/01/' \
		'TY  - JOUR' 'T1  - Three' 'PY  - 0000' 'ER' 'DB  - Embase' 'TI  - Four' $'TY\u00a0 - JOUR' 'SN  - 0028-0836 (Print); 978-0-8243-2732-3' 'ER  -' 'a search: depression AND acupuncture' >a.ris
	literature a.ris; exits 0; has '4 read, 4 loaded'
	is 'One|Bywater|21314913|["a", "b"]|One: text ER - positive cells were counted goes on T2 - weighted images' "$(q "SELECT title, authors #>> '{0,family}', pmid, keywords, 'One: ' || lower(left(abstract, 1)) || translate(substr(abstract, 2), E'\n', ' ') FROM evidence.source_record WHERE ordinal = 1")"
	is 'Two|["李晶", "孙阳"]|10.1234/x(1)2|221|228|2014-06-01' "$(q "SELECT title, jsonb_path_query_array(authors, '\$[*].literal'), doi, page_first, page_last, date FROM evidence.source_record WHERE ordinal = 2")"
	is '["Zwei"]' "$(q "SELECT extra -> 'T1' FROM evidence.source_record WHERE ordinal = 2")"
	is 'Three||' "$(q "SELECT title, year, date FROM evidence.source_record WHERE ordinal = 3")"
	is 'Four|["Embase"]|["0028-0836"]|["9780824327323"]' "$(q "SELECT title, databases, issn, isbn FROM evidence.source_record WHERE ordinal = 4")"
	is 'missing_end|1 stray_line|1 wrapped_line|3' "$(q "SELECT code, sum(count) FROM evidence.source_note GROUP BY 1 ORDER BY 1" | paste -sd ' ')"
}

@test "encodings are told from the content; a file of two, or of one that cannot be told, is refused where it breaks" {
	printf '%%0 Journal Article\n%%A 张三\n%%T 针刺治疗抑郁症的临床研究\n%%J 中国针灸\n%%W CNKI\n' >u.enw
	iconv -t GB18030 u.enw >g.enw; iconv -t UTF-16 u.enw >w.enw; iconv -t UTF-16BE u.enw >b.enw; { printf '\xef\xbb\xbf'; cat u.enw; } >m.enw
	literature u.enw g.enw w.enw m.enw; exits 0; has '4 files, 4 read, 4 loaded'
	# Without a byte order mark too, also where nearly every letter is Chinese; a line may end with CR alone.
	printf '题名,刊名,年,摘要\n针刺治疗抑郁症,中国针灸,2020,"目的，观察\n疗效"\n' >u.csv; iconv -t UTF-16BE u.csv >b.csv; iconv -t UTF-16LE u.csv >l.csv; tr '\n' '\r' <u.csv >r.csv
	literature b.enw u.csv b.csv l.csv r.csv; exits 0; has '5 files, 5 read, 5 loaded'
	is '1|1 4|1' "$(q "SELECT 1, count(DISTINCT content_sha256) FROM evidence.source_record WHERE format = 'enw' UNION ALL SELECT count(*), count(DISTINCT content_sha256) FROM evidence.source_record WHERE format = 'table'" | paste -sd ' ')"
	{ cat u.enw u.enw u.enw u.enw; printf '%%Z '; iconv -t GB18030 <<<'针灸'; } >mixed.enw
	literature mixed.enw; exits 1; has 'line 21, column 4: bytes that are not UTF-8, in a file that otherwise is'
	printf 'TY  - JOUR\nAU  - M\xfcller, J\nTI  - L\xe9on and Andr\xe9 again\nER  - \n' >latin.ris
	literature latin.ris; exits 1; has 'line 2, column 8: bytes that are not UTF-8, in a file that is not GB18030 either'; has 'windows-1252'
	literature latin.ris --encoding windows-1252; exits 0
	is 'Léon and André again' "$(q "SELECT title FROM evidence.source_record WHERE format = 'ris'")"
}

@test "CNKI, Wanfang, VIP: RefWorks, NoteExpress and lists by GB/T 7714" {
	printf '{Reference Type}: Journal Article\n{Title}: 电针: 一项研究\n{Author}: 张三;李四;\n{Translated Title}: Electroacupuncture\n{Volume} : 5\n{Keywords}:  抑郁症\n{Keywords}:  电针\n{ISBN/ISSN}: 1671-9387\n{Database Provider}: CNKI\n\n{Reference Type}: Thesis\n{Title}:无空格\n' >a.txt
	literature a.txt; exits 0; has '2 read, 2 loaded'
	is '电针: 一项研究|Electroacupuncture|["张三", "李四"]|5|["抑郁症", "电针"]|["1671-9387"]
无空格|||||' "$(q "SELECT title, title_translated, jsonb_path_query_array(authors, '\$[*].literal'), volume, keywords, issn FROM evidence.source_record ORDER BY ordinal" | sed 's/||\[\]|/|||/')"
	printf 'RT Journal Article\nT1 电针\nA1 张三\nA1 Smith,John\nDS 万方\n' >wanfang.txt
	literature wanfang.txt; exits 0
	is '["张三"]|["Smith,John"]|mixed_authors' "$(q "SELECT jsonb_path_query_array(authors, '\$[*].written'), jsonb_path_query_array(authors_translated, '\$[*].written'), code FROM evidence.source_record, evidence.source_note WHERE format = 'refworks'")"
	printf '[1] 张三, 李四, 等. 针刺治疗抑郁症[J]. 中国针灸, 2020, 40(3): 221-228. DOI:10.1234/X.\n［2］王五．电针研究［D］．北京：北京中医药大学，2019．\n[3] SMITH J A, JONES K. Acupuncture for depression[J]. Lancet, 2019, 393(10170): 447-56.\n[4] 见前文\n' >list.txt
	literature list.txt; exits 1; has '3 read, 3 loaded, 0 unchanged, 1 rejected'
	is '针刺治疗抑郁症|journal_article|中国针灸|2020|40|3|221|228|10.1234/x
电针研究|thesis||2019|||||
Acupuncture for depression|journal_article|Lancet|2019|393|10170|447|456|' "$(q "SELECT title, type, journal, year, volume, issue, page_first, page_last, doi FROM evidence.source_record WHERE format = 'gbt7714' ORDER BY ordinal")"
	is '4|irregular_reference|[4] 见前文' "$(q "SELECT line, code, raw FROM ingest.reject")"
}

@test "lists by GB/T 7714 as CNKI writes them: no blanks, et al, proceedings, online first, patents, standards" {
	printf '%s\n' '[1]Wang L,Li M,et al.Acupuncture for depression[J].J Affect Disord,2019,245(1):1-9.' '[2]张三,李四等.电针治疗抑郁症[J].中国针灸,2020,40(03):221-228.' \
		'[3]孙七,周八.针刺治疗抑郁症[C]//中国针灸学会.2019年学术年会论文集.[出版者不详],2019:55-60.' '[4]张三,李四.电针[J/OL].中国针灸,1-8[2023-05-06].https://doi.org/10.13703/j.0255-2930.20230101.' \
		'[5]郑十.一种电针仪:CN201920000000.0[P].2020-01-02.' '[6]GB/T 21709.1-2008,针灸技术操作规范[S].' '[7]World Health Organization.Depression guide[M].Geneva:WHO,2018.' >cnki.txt
	literature cnki.txt; exits 0; has '7 read, 7 loaded'
	is 'Acupuncture for depression|["Wang L", "Li M"]|2019|J Affect Disord|1|9
电针治疗抑郁症|["张三", "李四"]|2020|中国针灸|221|228
针刺治疗抑郁症|["孙七", "周八"]|2019|中国针灸学会.2019年学术年会论文集.[出版者不详]|55|60
电针|["张三", "李四"]||中国针灸|1|8
一种电针仪:CN201920000000.0|["郑十"]|2020|||
GB/T 21709.1-2008,针灸技术操作规范|||||
Depression guide|["World Health Organization"]|2018|||' "$(q "SELECT title, jsonb_path_query_array(authors, '\$[*].written'), year, journal, page_first, page_last FROM evidence.source_record ORDER BY ordinal")"
}

@test "tables: Web of Science with tabs, Embase with a field a row, columns of one's own" {
	printf 'PT\tAU\tAF\tTI\tSO\tDE\tPY\tUT\nJ\tChen, L; Li, W\tChen, Ling; Li, Wei\t"Quoted" title\tACTA\ta; b\t2005\tWOS:1\n' >w.txt
	printf '"TITLE","One"\n"AUTHOR NAMES","Smith J.","Jones K."\n"SOURCE TITLE","Acta"\n"PUBLICATION YEAR","2019"\n"MEDLINE PMID","123"\n\n"TITLE","Two"\n' >e.csv
	printf 'nr;Titel;Jahr;Verfasser\n1;"Eins; zwei";2001;Müller, J\n' >own.csv
	literature w.txt e.csv; exits 0; has '3 read, 3 loaded'
	is '"Quoted" title|Ling|Chen, L|["a", "b"]|WOS:1 One|J.|||' "$(q "SELECT title, authors #>> '{0,given}', authors #>> '{0,short}', keywords, accession FROM evidence.source_record WHERE title <> 'Two' ORDER BY title" | paste -sd ' ')"
	literature own.csv; exits 1; has 'this is no format of literature that is known; it begins: nr;Titel'
	literature own.csv --map title=Titel --map year=Jahr --map authors=Verfasser; exits 0
	is 'Eins; zwei|2001|Müller|["1"]' "$(q "SELECT title, year, authors #>> '{0,family}', extra -> 'nr' FROM evidence.source_record WHERE title LIKE 'Eins%'")"
	literature own.csv --map title=Nichts; exits 1; has '--map names the column Nichts, which is not there'
	literature own.csv --map year=Jahr; exits 1; has 'no column holds titles'
	printf 'title,year\n"never closed,2001\n' >q.csv; literature q.csv; exits 1; has 'line 2: a quote that opens in this record never closes'
}

@test "BibTeX: macros, names, accents, a missing brace, crossref to a later entry" {
	cat >a.bib <<-'BIB'
		written by hand; John's file
		@string(acta = "Acta")
		@inproceedings{p1, author = {von Neumann, Jr, John and {The Group, Inc} and P\"{a}ckert, M. and others}, title = {A {Title}: $\Sigma^{0}$ {\'e}t al}, crossref = {C1}, pages = {221--8}}
		@article{a1, title = "Two", journal = acta # { B}, year = 2001, month = feb, note = {{PMID:} 23439512},
		  doi = {https://doi.org/10.1234/A_b}
		@proceedings{c1, title = {Proceedings of X}, year = 2006, editor = {First Editor}, isbn = {978-0-8243-2732-3}}
		@article{a2, title = {Three}, crossref = {nowhere}}
	BIB
	literature a.bib; exits 0; has '4 read, 4 loaded'
	is 'A Title: Σ⁰ ét al|Proceedings of X|2006|221|228|["9780824327323"]|Editor
Two|Acta B|2001||||
Proceedings of X||2006|||["9780824327323"]|Editor
Three||||||' "$(q "SELECT title, journal, year, page_first, page_last, isbn, editors #>> '{0,family}' FROM evidence.source_record ORDER BY ordinal")"
	is 'von Neumann|John|Jr|The Group, Inc|Päckert' "$(q "SELECT authors #>> '{0,family}', authors #>> '{0,given}', authors #>> '{0,suffix}', authors #>> '{1,literal}', authors #>> '{2,family}' FROM evidence.source_record WHERE ordinal = 1")"
	is '2001-02|10.1234/a_b|23439512' "$(q "SELECT date, doi, pmid FROM evidence.source_record WHERE ordinal = 2")"
	is 'crossref_missing|nowhere missing_end| stray_line|' "$(q "SELECT code, tag FROM evidence.source_note ORDER BY 1" | paste -sd ' ')"
}

@test "a loader who owns nothing loads records, and deletes none" {
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_ingest TO cli_loader"
	ris 1 2 >a.ris; PSYRAD_URL="host='$PGHOST' user=cli_loader dbname=$database"
	literature a.ris; exits 0; has '2 loaded'
	ris 1 >a.ris; literature a.ris; exits 1; has '1 unchanged, 1 rejected'
	is '1|1' "$(psql -XAtq -U cli_loader -d "$database" -c 'SELECT records, vanished FROM evidence.source_count')"
	run psql -XAtq -U cli_loader -d "$database" -c 'DELETE FROM evidence.source_record'; has 'permission denied'
}

@test "XML: a document type, an entity and a file that breaks off are refused with the line" {
	printf '<?xml version="1.0"?>\n<!DOCTYPE xml [<!ENTITY a "b">]>\n<xml><records><record><titles><title>&a;</title></titles></record></records></xml>\n' >d.xml
	printf '<xml><records>\n<record><titles><title>A</title></titles></record>\n<record><titles><title>B</ti' >cut.xml
	printf '<xml><records>\n<record><titles><title>A &b; c</title></titles></record></records></xml>' >e.xml
	literature d.xml; exits 1; has 'line 2: a document type or entity'
	literature cut.xml; exits 1; has 'line 3: the file ends within the record that begins here'
	literature e.xml; exits 1; has 'line 2: XML that is not well formed'
	is 0 "$(q "SELECT count(*) FROM evidence.source_record")"
}

# One record a format, of what the other tests do not need: each says where it stands.
record_ris() { printf 'TY  - JOUR\nTI  - %s\nAU  - Li, Wei\nER  - \n' "$1"; }
record_nbib() { printf 'PMID- %s\nOWN - NLM\nTI  - Nbib %s\n      goes on.\nFAU - Wang, Li\nAU  - Wang L\nDP  - 2020 Jan\n\n' "$1" "$1"; }
record_bib() { printf '@article{k%s, title = {Bib %s}, author = {Li, Wei}, year = 2001}\n' "$1" "$1"; }
record_enw() { printf '%%0 Journal Article\n%%A Li, Wei\n%%T Enw %s\n\n' "$1"; }
record_cnki() { printf 'RT Journal Article\nT1 电针%s\nA1 张三;李四\nDS CNKI\n\n' "$1"; }
record_xml() { printf '<?xml version="1.0"?>\n<xml><records><record><titles><title>Xml %s</title></titles></record>\n</records></xml>\n' "$1"; }

@test "a file put together from several exports: every record is there, each read as its format, and the places are noted" {
	{ record_nbib 7; record_ris one; record_enw 1; record_bib 1; record_bib 2; record_cnki 1; record_ris two; record_xml 1; record_nbib 8; } >all.txt
	literature all.txt; exits 0; has '9 read, 9 loaded'
	is 'nbib:Nbib 7 goes on.|ris:one|enw:Enw 1|bibtex:Bib 1|bibtex:Bib 2|refworks:电针1|ris:two|endnote-xml:Xml 1|nbib:Nbib 8 goes on.' \
		"$(q "SELECT format || ':' || title FROM evidence.source_record ORDER BY ordinal" | paste -sd '|')"
	is 'ris|2 enw|1 bibtex|1 refworks|1 endnote-xml|1 nbib|1' "$(q "SELECT tag, sum(count) FROM evidence.source_note WHERE code = 'other_format' GROUP BY tag ORDER BY min(line)" | paste -sd ' ')"
	is t "$(q "SELECT bool_and(line > before) FROM (SELECT line, lag(line, 1, 0::bigint) OVER (ORDER BY ordinal) AS before FROM evidence.source_record) x")"
	# The same in both orders of two, and without a line end between the files.
	local a b
	for a in ris nbib bib enw cnki xml; do for b in ris nbib bib enw cnki xml; do
		[ $a = $b ] || { { record_$a 1; record_$b 2; } >"$a$b.txt"; literature "$a$b.txt"; exits 0; has '2 read'; }
	done; done
	{ record_ris three | head -c -1; record_ris four | head -c -1; record_nbib 9; } >ends.txt; literature ends.txt; exits 0; has '3 read, 3 loaded'
	# Who names the format means it.
	{ record_ris five; record_bib 3; } >named.txt; literature named.txt --format ris; exits 0; has '1 read'
	is 1 "$(q "SELECT count(*) FROM evidence.source_note n JOIN ingest.file f USING (file_id) WHERE f.path = 'named.txt' AND code = 'stray_line'")"
}

@test "XML of EBSCO and PubMed" {
	cat >ebsco.xml <<-'XML'
		<?xml version="1.0" encoding="UTF-8" ?>
		<records>
		<rec resultID="1"><header shortDbName="c8h" longDbName="CINAHL" uiTerm="109"><controlInfo><bkinfo><btl>Pain at -</btl></bkinfo><dissinfo/>
		<jinfo><jid type="issn">14712458</jid><jtl>Health</jtl><issn>14712458</issn></jinfo><pubinfo><dt year="2015" month="12" day="01">Dec2015</dt><vid>15</vid><iid>2</iid></pubinfo>
		<artinfo><ui>109</ui><ui type="doi">10.1186/s12889-1</ui><ui type="pmid">26296339</ui><ui type="other">PMC4546097</ui><ppf>817</ppf><ppct>3</ppct><tig><atl>Pain <i>at</i> home &amp; work.</atl></tig>
		<aug><au>Kaas, Jan</au><au>Ran, Ing</au><affil>Oslo</affil></aug><sug><subj type="thes">Pain</subj><subj>Work</subj></sug><ab>Text.</ab><doctype>journal article</doctype></artinfo><language code="en">English</language></controlInfo></header></rec>
		<rec resultID="2"><header shortDbName="c8h" uiTerm="110"><controlInfo><pubinfo><dt year="2016" month="03" day="15">3/15/2016</dt></pubinfo><artinfo><tig><atl>Two</atl></tig></artinfo></controlInfo></header></rec>
		<rec resultID="3"><header shortDbName="c8h" uiTerm="111"><controlInfo><bkinfo><btl>A book</btl><isbn>9780824327323</isbn></bkinfo><pubinfo><dt year="2017" month="01" day="01">2017</dt></pubinfo></controlInfo></header></rec>
		</records>
	XML
	literature ebsco.xml; exits 0; has '3 read, 3 loaded'
	is 'Pain at home & work.|["Kaas, Jan", "Ran, Ing"]|2015-12|Health|15|2|817||10.1186/s12889-1|26296339|PMC4546097|["1471-2458"]|["Pain", "Work"]|Text.|109|["CINAHL"]|English|["Oslo"]|journal_article
Two||2016-03-15||||||||||||110||||
A book||2017||||||||||||111||||' "$(q "SELECT title, jsonb_path_query_array(authors, '\$[*].written'), date, journal, volume, issue, page_first, page_last, doi, pmid, pmcid, issn, keywords, abstract, accession, databases, language, affiliations, type FROM evidence.source_record ORDER BY ordinal")"
	# The same article from PubMed as XML and as NBIB is the same record.
	cat >p.xml <<-'XML'
		<?xml version="1.0" ?>
		<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
		<PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">26802508</PMID><Article PubModel="Print"><Journal><ISSN IssnType="Print">0165-0327</ISSN><JournalIssue CitedMedium="Print"><Volume>200</Volume><Issue>1</Issue><PubDate><Year>2016</Year><Month>Aug</Month></PubDate></JournalIssue><Title>Journal of affective disorders</Title><ISOAbbreviation>J Affect Disord</ISOAbbreviation></Journal><ArticleTitle>Acupuncture for <i>depression</i>.</ArticleTitle><Pagination><MedlinePgn>221-8</MedlinePgn></Pagination><ELocationID EIdType="doi" ValidYN="Y">10.1016/j.jad.2016.01.001</ELocationID><Abstract><AbstractText Label="BACKGROUND">Text.</AbstractText><AbstractText Label="METHODS">More.</AbstractText></Abstract><AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Wang</LastName><ForeName>Li</ForeName><Initials>L</Initials><AffiliationInfo><Affiliation>Beijing.</Affiliation></AffiliationInfo></Author><Author ValidYN="Y"><CollectiveName>The Group</CollectiveName></Author></AuthorList><Language>eng</Language><PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article><MeshHeadingList><MeshHeading><DescriptorName UI="D003863" MajorTopicYN="N">Depression</DescriptorName><QualifierName MajorTopicYN="Y">therapy</QualifierName></MeshHeading></MeshHeadingList><KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">needles</Keyword></KeywordList></MedlineCitation><PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">26802508</ArticleId><ArticleId IdType="doi">10.1016/j.jad.2016.01.001</ArticleId><ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9999/other</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle></PubmedArticleSet>
	XML
	printf '%s\n' 'PMID- 26802508' 'IS  - 0165-0327 (Print)' 'VI  - 200' 'IP  - 1' 'DP  - 2016 Aug' 'TI  - Acupuncture for depression.' 'PG  - 221-8' 'LID - 10.1016/j.jad.2016.01.001 [doi]' 'AB  - BACKGROUND: Text. METHODS: More.' \
		'FAU - Wang, Li' 'AU  - Wang L' 'AD  - Beijing.' 'CN  - The Group' 'LA  - eng' 'PT  - Journal Article' 'TA  - J Affect Disord' 'JT  - Journal of affective disorders' 'MH  - Depression/*therapy' 'OT  - needles' 'PMC - PMC77' >p.nbib
	literature p.xml p.nbib; exits 0; has '2 read, 2 loaded'
	fields='title, title_original, authors, year, date, journal, journal_abbrev, volume, issue, pages, page_first, page_last, doi, pmid, pmcid, issn, keywords, mesh, abstract, language, affiliations, type'
	is 1 "$(q "SELECT count(*) FROM (SELECT DISTINCT $fields FROM evidence.source_record WHERE pmid = '26802508') x")"
	is 'pubmed-xml|Acupuncture for depression.|228|PMC77|["Depression/*therapy"]' "$(q "SELECT format, title, page_last, pmcid, mesh FROM evidence.source_record WHERE format = 'pubmed-xml'")"
}

@test "labelled lines of CNKI and VIP, Ovid's long labels" {
	printf 'DataType: 1\nTitle-题名: 电针治疗抑郁症\nAuthor-作者: 张三;李四;\nSource-刊名: 中国针灸\nYear-年: 2020\nPubTime-出版时间: 2020-03-12\nKeyword-关键词: 抑郁症;电针\nSummary-摘要: 目的\n\n方法: 观察\nPeriod-期: 03\nRoll-卷: 40\nPageCount-页数: 8\nPage-页码: 221-228\nSrcDatabase-来源数据库: 期刊\nOrgan-机构: 北京\n\nDataType: 1\nTitle-题名: 第二篇\nSource-刊名: 中国针灸\nYear-年: 2021\n' >e.es5
	literature e.es5; exits 0; has '2 read, 2 loaded'
	is '电针治疗抑郁症|["张三", "李四"]|中国针灸|2020-03-12|40|03|221|228|["抑郁症", "电针"]|journal_article|t
第二篇||中国针灸|2021|||||||' "$(q "SELECT title, jsonb_path_query_array(authors, '\$[*].literal'), journal, date, volume, issue, page_first, page_last, keywords, type, abstract LIKE '目的%方法: 观察' FROM evidence.source_record ORDER BY ordinal")"
	iconv -t GB18030 e.es5 >g.txt; literature g.txt; exits 0; has '2 read'; is 2 "$(q "SELECT count(DISTINCT content_sha256) FROM evidence.source_record")"
	printf 'SrcDatabase-来源库: 期刊\r\nTitle-题名: 一\r\nAuthor-作者: 张三\r\nSource-文献来源: 中国针灸\r\nYear-年: 2020\r\n\r\n\r\nSrcDatabase-来源库: 硕士\r\nTitle-题名: 二\r\n' >own.txt; literature own.txt; exits 0; has '2 read'
	printf '【题　名】针刺\n【作　者】张三;李四\n【刊　名】中国针灸\n【年　份】2020\n【页　码】1-5\n【ISSN号】0255-2930\n\n【题　名】二\n【刊　名】中国针灸\n' >vip.txt; literature vip.txt; exits 0; has '2 read'
	is '针刺|中国针灸|2020|5|["0255-2930"]' "$(q "SELECT title, journal, year, page_last, issn FROM evidence.source_record WHERE title = '针刺'")"
	printf '<1>\nUnique Identifier\n  12345678\nAuthors\n  Wang L. Li W.\nAuthors Full Name\n  Wang, Li. Li, Wei.\nTitle\n  Acupuncture for depression:\n  a trial.\nSource\n  Trials. 3(1):12, 2017.\n\n<2>\nTitle\n  Second title.\n' >ovid.txt; literature ovid.txt; exits 0; has '2 read'
	is 'Acupuncture for depression: a trial.|Wang|Li|Li|12345678|Trials|3|2017' "$(q "SELECT translate(title, E'\n', ' '), authors #>> '{0,family}', authors #>> '{0,given}', authors #>> '{1,family}', accession, journal, volume, year FROM evidence.source_record WHERE title LIKE 'Acup%'")"
}

@test "tables: workbooks, gzip, a search before the header, columns of EBSCO, Cochrane and Covidence" {
	printf '"SEARCH QUERY","acupuncture:ti"\n-------------------------------------\n\n"Title","Author Names","Source title","Publication Year","Medline PMID"\n"One","Smith J., Jones K.","Acta","2019","77"\n' >e.csv
	printf '"SEARCH QUERY","acupuncture:ti"\n"-------------------------------------"\n"TITLE","Two"\n"AUTHOR NAMES","Smith J.","Jones K."\n' >rows.csv
	printf 'an,title,contributors,source,publicationDate,volume,issue,pageStart,pageEnd,issns,subjects,longDBName\n2016-1,Three,"Wang, Li; Li, Wei",Acta,20160801,200,1,1,9,="01650327",A; B,APA PsycInfo\n' >ebsco.csv
	printf 'CENTRAL ID,Author(s),Title,Source,Year,Database Name,Cochrane Review Group Code\nCN-1,"Li, W; Wu, A",Four,Trials,2011,CENTRAL,x\n' >cochrane.csv
	printf 'Title,Authors,Published Year,Journal,Covidence #\nFive,"Li, W.; Wu, A.",2012,Acta,#1\n' >covidence.csv
	literature e.csv rows.csv ebsco.csv cochrane.csv covidence.csv; exits 0; has '5 read, 5 loaded'
	is 'Five|Acta|2012|2|
Four|Trials|2011|2|
One|Acta|2019|2|77
Three|Acta|2016|2|
Two|||2|' "$(q "SELECT title, journal, year, jsonb_array_length(authors), pmid FROM evidence.source_record ORDER BY title")"
	is '2016-08-01|9|["0165-0327"]|["A", "B"]|["APA PsycInfo"]' "$(q "SELECT date, page_last, issn, keywords, databases FROM evidence.source_record WHERE title = 'Three'")"
	is '1|"SEARCH QUERY","acupuncture:ti"' "$(q "SELECT line, text FROM evidence.source_note JOIN ingest.file USING (file_id) WHERE path = 'e.csv' LIMIT 1")"
	ris 1 2 | gzip >z.ris.gz; literature z.ris.gz; exits 0; has '2 read, 2 loaded'
	python3 - <<-'PY'
		import zipfile
		sheet = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
		rows = [("Article Title", "Publication Year"), None, ("Book &quot;one&quot;", 2018), ("Book two", 2019)]
		cell = lambda r, c, v: f'<c r="{c}{r}"><v>{v}</v></c>' if isinstance(v, int) else f'<c r="{c}{r}" t="inlineStr"><is><t>{v}</t></is></c>'
		data = "".join(f'<row r="{i}">' + "".join(cell(i, c, v) for c, v in zip("AB", row)) + "</row>" for i, row in enumerate(rows, 1) if row)
		with zipfile.ZipFile("book.xlsx", "w") as z:
		    z.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>')
		    z.writestr("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r0" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
		    z.writestr("xl/workbook.xml", '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>')
		    z.writestr("xl/_rels/workbook.xml.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
		    z.writestr("xl/worksheets/sheet1.xml", sheet % data)
	PY
	literature book.xlsx; exits 0; has '2 read, 2 loaded'
	is 'Book "one"|2018|3 Book two|2019|4' "$(q "SELECT title, year, line FROM evidence.source_record WHERE title LIKE 'Book%' ORDER BY line" | paste -sd ' ')"
}

@test "dialects that write other tags, or none: APA, CiteSource, BibDesk, AIS, Zoological Record, Ovid's full labels, SpringerLink, books of PubMed" {
	# A tag of four letters goes into no other field; a page that is none is none.
	printf 'TY  - JOUR\nPMID  - 33355555\nT1  - One\nJF  - Journal\nSP  - No\nEP  - Specified\nER  -\n' >apa.ris
	# No type, and tags that MEDLINE could have: the end of a record tells that it is RIS.
	for i in 1 2; do printf 'C1  - 10%s\nC2  - 1001, 1061\nAU  - Isaac, Fadia\nTI  - Sleep %s\nPY  - 2021\nVL  - 18\nSP  - 10152\nDO  - 10.3390/%s\nJO  - Trials\nBN  - 1660-4601\nC8  - \nER  - \n\n' $i $i $i; done >citesource.ris
	printf '%%%% This BibTeX bibliography file was created using BibDesk.\n%%%% http://bibdesk.sourceforge.net/\n\n%%%% Saved with string encoding Unicode (UTF-8)\n\n@book{a,\n\tTitle = {Three},\n\tYear = {2001}}\n' >bibdesk.bib
	printf '%%T Four\n%%0 Journal Article\n%%A Guo, W\n%%D 2021\n\n\n%%T Five\n%%B Proceedings\n%%D 2021\n' >ais.txt
	printf 'FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAN ZOOR1\nTI Six goes\n   on\nPU PLOS\nPV USA\nSC Zoology\nBD Habitat; Nearctic\n   region\nPY 2019\nNT Unpaginated.\nUT ZOOREC:ZOOR1\nER\nEF\n' >zoorec.txt
	printf '<8>\nScore\n  *****\nAuthor\n  Holstiege, Jakob 1;  Bunkers, Sandra RN; PhD; FAAN 2;  Mathes, Tim 1,2\nTitle\n  Seven: a review.[Review]\nSource\n  Journal of Informatics. \nStatus\n  Publish Ahead of Print\nAbstract\n  Text.\nAuthor Keywords\n  a;  b.\nLanguage\n  English.\nCorrespondence of Some Kind\n  nobody\nISSN\n  1067-5027\nDOI Number\n  10.1136/x\n' >ovid.txt
	printf 'Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type\nEight,Nature,,17,3,10.1007/1,,2000,http://x,Article\n' >springer.csv
	printf '<?xml version="1.0"?>\n<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="1">21413195</PMID><Book><Publisher><PublisherName>College</PublisherName></Publisher><BookTitle>Nine</BookTitle><PubDate><Year>2009</Year></PubDate><Isbn>9781860163593</Isbn></Book><PublicationType UI="D016454">Review</PublicationType></BookDocument></PubmedBookArticle></PubmedArticleSet>\n' >book.xml
	printf 'PMID- 1\nTI  - Ten\n\nPMID-22664220\nTI  - Eleven\n' >tight.nbib
	literature apa.ris citesource.ris bibdesk.bib ais.txt zoorec.txt ovid.txt springer.csv book.xml tight.nbib; exits 0; has '12 read, 12 loaded'
	is 'Eight|table|journal_article|2000|Nature|17|3||10.1007/1||
Eleven|nbib||||||||22664220|
Five|enw||2021|Proceedings||||||
Four|enw|journal_article|2021|||||||
Nine|pubmed-xml|book|2009||||||21413195|
One|ris|journal_article||Journal|||||33355555|
Seven: a review.|ovid|||Journal of Informatics||||10.1136/x||["1067-5027"]
Six goes on|wos|journal_article|2019|||||||
Sleep 1|ris||2021|Trials|18||10152|10.3390/1||["1660-4601"]
Sleep 2|ris||2021|Trials|18||10152|10.3390/2||["1660-4601"]
Ten|nbib||||||||1|
Three|bibtex|book|2001|||||||' "$(q "SELECT title, format, type, year, journal, volume, issue, page_first, doi, pmid, issn FROM evidence.source_record ORDER BY title")"
	is 'Holstiege, Jakob|Bunkers, Sandra RN; PhD; FAAN|Mathes, Tim|["a", "b."]|Text.|English.|["nobody"]' "$(q "SELECT string_agg(a ->> 'written', '|'), r.keywords, r.abstract, r.language, r.extra -> 'Correspondence of Some Kind' FROM evidence.source_record r, jsonb_array_elements(authors) a WHERE format = 'ovid' GROUP BY source_record_id")"
	is 'PLOS|["USA"]|["Zoology"]|["Unpaginated."]' "$(q "SELECT publisher, extra -> 'PV', extra -> 'SC', extra -> 'NT' FROM evidence.source_record WHERE format = 'wos'")"
}

@test "lists by GB/T 7714 as people type them: a heading, editions, full-width letters, wrapped lines, chapters, pages of the web" {
	printf '%s\n' 参考文献： '' '[1] 陆林主编. 沈渔邨精神病学[M]. 6版. 北京：人民卫生出版社，2018: 380-421.' '[2] 刘存志,石广霞,等.针刺治疗抑郁症［Ｊ］．中国针灸，２０１９，３９（５）：４５７－４６１．' \
		'[3] 张三. 基于静息态脑功能' '    连接的分类研究[J]. 中华精神科杂志, 2020,' '    53(4): 301-308.' '[4] 世界卫生组织. 抑郁症[EB/OL]. (2023-03-31)[2024-01-05]. https://www.who.int/x.' \
		'[5] Smith J, Li Wei. Chapter on needles[M]//Jones K. Handbook of acupuncture. 2nd ed. New York: Springer, 2010: 11-22.' >typed.txt
	literature typed.txt; exits 0; has '5 read, 5 loaded'
	is '沈渔邨精神病学|book|["陆林"]|2018||||人民卫生出版社|北京|["6版."]|
针刺治疗抑郁症|journal_article|["刘存志", "石广霞"]|2019|中国针灸|457|461||||
基于静息态脑功能连接的分类研究|journal_article|["张三"]|2020|中华精神科杂志|301|308||||
抑郁症|web_page|["世界卫生组织"]|2023|||||||["https://www.who.int/x"]
Chapter on needles|book_section|["Smith J", "Li Wei"]|2010|Jones K. Handbook of acupuncture|11|22|Springer|New York|["2nd ed."]|' "$(q "SELECT title, type, jsonb_path_query_array(authors, '\$[*].written'), year, journal, page_first, page_last, publisher, place, extra -> 'edition', urls FROM evidence.source_record ORDER BY ordinal")"
	is 'stray_line|1' "$(q "SELECT code, line FROM evidence.source_note")"
}
