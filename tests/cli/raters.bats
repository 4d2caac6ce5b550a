# Raters: codes and never names; two of the same people are compared.
load cases.bash

@test "a rater that is no code is rejected without a word of it, and so is an identity card" {
	printf 'participant_id,week,total,rater\nP01,0,20,王医生\nP02,0,21,Dr Wang\nP03,0,22,110101199003078515\nP04,0,23,R-1.a\nP05,0,99,李某\nP06,x,20,R2\n' >a.csv
	scores a.csv; exits 1; has '6 read, 1 loaded, 0 unchanged, 5 rejected'
	is '2|rater|4|bad_rater
3|rater|4|bad_rater
4|rater|4|bad_rater
6|rater|4|bad_rater
7|week|2|bad_number' "$(rejects | cut -d '|' -f 1-4)"
	nowhere '王医生' 'Dr Wang' '110101199003078515' '李某'
	printf 'participant_id,w0_total,w8_total,rater\nP01,20,9,张三\nP02,21,8,R1\n' >b.csv
	scores b.csv; exits 1; has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	nowhere '张三'
}

# Judges 1 and 2 of Shrout and Fleiss 1979, table 2, as totals: 9 2, 6 1, 8 4, 7 1, 10 5, 6 2.
@test "two raters of the same people: the intraclass correlation of totals is that of the mean squares; kappa by item" {
	{ echo "participant_id,week,rater,total"; i=0; for pair in 9,2 6,1 8,4 7,1 10,5 6,2; do i=$((i + 1)); echo "P0$i,0,A,${pair%,*}"; echo "P0$i,0,B,${pair#*,}"; done; echo 'P01,2,A,5'; } >a.csv
	scores a.csv; exits 0
	is 'pre|A|B|6|5.1667|1.1690' "$(q 'SELECT session, rater, versus, n, round(mean_difference::numeric, 4), round(sd_difference::numeric, 4) FROM clinical.rater_agreement')"
	# MS of people 5.3, of raters 80.0833, of error 0.2833: (5.3 - 0.2833) / (5.3 + 0.2833 + 2 (80.0833 - 0.2833) / 6)
	is t "$(q "WITH r AS (SELECT 1 AS rater, * FROM unnest('{9,6,8,7,10,6}'::float8[]) WITH ORDINALITY u(x, p) UNION ALL SELECT 2, * FROM unnest('{2,1,4,1,5,2}'::float8[]) WITH ORDINALITY u(x, p)),
		m AS (SELECT *, avg(x) OVER () AS g, avg(x) OVER (PARTITION BY p) AS mp, avg(x) OVER (PARTITION BY rater) AS mr FROM r),
		s AS (SELECT sum((mp - g) ^ 2) / 5 AS people, sum((mr - g) ^ 2) / 1 AS raters, sum((x - mp - mr + g) ^ 2) / 5 AS error FROM m)
		SELECT abs(a.icc - (people - error) / (people + error + 2 * (raters - error) / 6)) < 1e-12 FROM s, clinical.rater_agreement a")"
	# Items: 3 and 3, 2 and 3, 1 and 1, 0 and 0 of item 1; all other answers are the same, so that chance explains them.
	{ echo "participant_id,week,rater$(items_header)"; i=0; for pair in 3,3 2,3 1,1 0,0; do i=$((i + 1)); echo "P0$i,8,A$(items ${pair%,*})"; echo "P0$i,8,B$(items ${pair#*,})"; done; } >b.csv
	scores b.csv; exits 0
	# Equal in 3 of 4; by chance (1*2 + 1*0 + 1*1 + 1*1) / 16 = 1/4: kappa = (3/4 - 1/4) / (3/4).
	is '1|4|0.75|0.666667' "$(q "SELECT item, n, agreement, round(kappa::numeric, 6) FROM clinical.rater_item_agreement WHERE session = 'post' AND item = 1")"
	is '1|' "$(q "SELECT agreement, kappa FROM clinical.rater_item_agreement WHERE session = 'post' AND item = 2")"
}
