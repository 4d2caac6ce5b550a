#!/usr/bin/env Rscript
# Adjusted p-values from R's p.adjust, for tests/unit/test_p_adjust.c.
# Usage: Rscript tests/oracle/p_adjust.R > tests/golden/p_adjust.csv
set.seed(20240611)
cat("# Made by: Rscript tests/oracle/p_adjust.R > tests/golden/p_adjust.csv (", R.version.string, ")\n", sep = "")
cat("# set,tests,p,bonferroni,holm,hochberg,hommel,BH,BY; the rows of one set are one family\n")
families <- list(
	one = list(0.03), two = list(c(0.04, 0.01)), two_padded = list(c(0.04, 0.01), 5),
	ties = list(c(0.01, 0.01, 0.02, 0.02, 0.5, 1, 1, 0)), missing = list(c(0.2, NA, 0.001, 0.03, NA, 0.04)),
	small = list(runif(7)^3), padded = list(runif(20)^4, 50), uniform = list(runif(200)), strong = list(runif(150)^6),
	mixed = list(c(runif(60)^8, runif(240))), tiny = list(10^-(1:40)), missing_padded = list(c(NA, runif(30)^3, NA), 40),
	rounded = list(round(runif(300)^2, 2)))
methods <- c("bonferroni", "holm", "hochberg", "hommel", "BH", "BY")
for (name in names(families)) {
	p <- families[[name]][[1]]
	tests <- if (length(families[[name]]) > 1) families[[name]][[2]] else sum(!is.na(p))
	# p.adjust counts NA in length(p) unless n says otherwise.
	keep <- !is.na(p)
	a <- sapply(methods, function(m) { out <- rep(NaN, length(p)); out[keep] <- p.adjust(p[keep], m, tests); out })
	a <- matrix(a, nrow = length(p))
	for (i in seq_along(p)) {
		v <- c(p[i], a[i, ])
		v[is.na(v)] <- NaN
		cat(name, tests, paste(sprintf("%.17g", v), collapse = ","), sep = ","); cat("\n")
	}
}
