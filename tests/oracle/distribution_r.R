#!/usr/bin/env Rscript
# R's own tails on a sixth of the exact goldens, for tests/unit/test_distribution.c; and how far R is from exact values (stderr).
# Usage: Rscript tests/oracle/distribution_r.R tests/golden   (reads distribution_*.csv there, writes distribution_r.csv)
folder <- commandArgs(TRUE)[1]
tables <- list(
	normal = list(1, function(a, l, g) pnorm(a[, 1], lower.tail = l, log.p = g)),
	t = list(2, function(a, l, g) pt(a[, 1], a[, 2], lower.tail = l, log.p = g)),
	chisq = list(2, function(a, l, g) pchisq(a[, 1], a[, 2], lower.tail = l, log.p = g)),
	f = list(3, function(a, l, g) pf(a[, 1], a[, 2], a[, 3], lower.tail = l, log.p = g)))
out <- file(file.path(folder, "distribution_r.csv"), "w")
rows <- c()
for (name in names(tables)) {
	lines <- grep("^#", readLines(file.path(folder, paste0("distribution_", name, ".csv"))), invert = TRUE, value = TRUE)
	cells <- do.call(rbind, strsplit(lines, ","))
	args <- matrix(as.numeric(cells[, 1:tables[[name]][[1]]]), nrow(cells))
	n <- ncol(args)
	at <- if (name %in% c("normal", "t")) c(1, 2, 4, 5) else 1:4 # lower, upper, log lower, log upper
	exact <- matrix(as.numeric(cells[, n + at]), nrow(cells))
	p <- tables[[name]][[2]]
	r <- cbind(p(args, TRUE, FALSE), p(args, FALSE, FALSE), p(args, TRUE, TRUE), p(args, FALSE, TRUE))
	for (tail in 1:4) {
		error <- abs(r[, tail] - exact[, tail]) / abs(exact[, tail])
		error[r[, tail] == exact[, tail]] <- 0
		error[abs(exact[, tail]) < 2.3e-308] <- 0
		good <- is.finite(error) & error <= 1e-13
		message(sprintf("%-7s %-10s %5d points, R beyond 1e-12 at %4d, worst %8.1e at %s", name, c("lower", "upper", "log lower", "log upper")[tail],
			nrow(cells), sum(!(error <= 1e-12)), max(error, na.rm = TRUE), paste(signif(args[which.max(error), ], 6), collapse = ", ")))
		for (i in which(good & seq_along(good) %% 6 == tail))
			rows <- c(rows, sprintf("%s,%d,%s,%.17g", name, tail - 1, paste(c(sprintf("%a", args[i, ]), rep("0", 3 - n)), collapse = ","), r[i, tail]))
	}
}
writeLines(c(paste0("# Made by: Rscript tests/oracle/distribution_r.R tests/golden (", R.version.string, ")"),
	"# distribution,tail (0 lower, 1 upper, 2 log lower, 3 log upper),x,df1,df2 (hexadecimal doubles, 0 when unused),R's value",
	"# Every sixth point where R itself is within 1e-13 of the exact value.", rows), out)
close(out)
