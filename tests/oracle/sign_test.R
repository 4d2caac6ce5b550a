# sign_test.R: R's binom.test, two-sided p and Clopper-Pearson intervals.
#   Rscript --vanilla tests/oracle/sign_test.R > tests/golden/sign_test.csv       (R 4.2.2, Debian 12)
# Rows: name, up, down, level, lower, upper, p.
cat("# made by tests/oracle/sign_test.R\n")
row <- function(up, down, level) {
	b <- binom.test(up, up + down, 0.5, conf.level = level)
	cat(sprintf("sign,%d,%d,%.17g,%.17g,%.17g,%.17g\n", up, down, level, b$conf.int[1], b$conf.int[2], b$p.value))
}
for (n in 1:12) for (x in 0:n) row(x, n - x, 0.95)
for (level in c(0.5, 0.9, 0.99)) for (x in c(0, 1, 3, 9, 17)) row(x, 17 - x, level)
for (p in list(c(30, 10), c(499, 501), c(501, 499), c(470, 530), c(0, 1000), c(480, 525), c(5000, 5300), c(120, 3), c(0, 5000))) row(p[1], p[2], 0.95)
