# reliability.R: prints tests/golden/reliability.csv, by psych 2.2.9 (alpha, omega.tot and omega_h with nfactors = 1) and by a minimum-residual
# factor of its own with Newton's optimiser run to the end, since psych stops its search at about 1e-6.
#   Rscript tests/oracle/reliability.R > tests/golden/reliability.csv
suppressMessages(library(psych))
set.seed(20)
cases <- list()
for (case in 1:6) {
	k <- c(3, 4, 6, 9, 17, 20)[case]; n <- c(8, 12, 40, 60, 120, 269)[case]
	f <- rnorm(n); load <- runif(k, 0.4, 0.9)
	cases[[case]] <- sapply(seq_len(k), function(i) pmin(4, pmax(0, round(2 + 1.2 * (load[i] * f + sqrt(1 - load[i]^2) * rnorm(n))))))
}
minres <- function(R) {
	l <- sqrt(pmax(0.05, 1 - 1 / diag(solve(R))))
	for (step in 1:200) { # Newton on f(l) = sum over i<j of (r - l l')^2, damped by halving
		E <- R - l %o% l; diag(E) <- 0
		g <- -2 * E %*% l
		H <- 2 * (l %o% l) - 2 * E; diag(H) <- 2 * (sum(l^2) - l^2)
		d <- as.vector(solve(H, g)); t <- 1
		obj <- function(x) { E <- R - x %o% x; sum(E[lower.tri(E)]^2) }
		while (obj(as.vector(l - t * d)) > obj(l) + 1e-18 && t > 1e-12) t <- t / 2
		l <- as.vector(l - t * d)
		if (max(abs(t * d)) < 1e-15) break
	}
	l * sign(sum(l))
}
cat("# Rscript tests/oracle/reliability.R (psych 2.2.9); items is a person's answers, people by semicolons\n")
cat("case,n,k,alpha,alpha_lb,alpha_ub,alpha_std,omega,omega_general,psych_omega,psych_omega_general,item_rest_1,alpha_dropped_1,people\n")
for (case in seq_along(cases)) {
	x <- cases[[case]]; k <- ncol(x); n <- nrow(x)
	C <- cov(x); R <- cor(x)
	a <- k / (k - 1) * (1 - sum(diag(C)) / sum(C))
	p <- suppressWarnings(suppressMessages(psych::alpha(x, warnings = FALSE)))
	stopifnot(abs(p$total$raw_alpha - a) < 1e-12)
	l <- minres(R)
	o <- suppressWarnings(suppressMessages(psych::omega(x, nfactors = 1, plot = FALSE, flip = FALSE)))
	x1 <- x[, -1]; C1 <- cov(x1)
	cat(case, n, k, sprintf("%.15g", c(a, 1 - (1 - a) * qf(0.975, n - 1, (n - 1) * (k - 1)), 1 - (1 - a) * qf(0.025, n - 1, (n - 1) * (k - 1)), p$total$std.alpha,
		(sum(R) - sum(1 - l^2)) / sum(R), sum(l)^2 / sum(R), o$omega.tot, o$omega_h,
		cor(x[, 1], rowSums(x[, -1, drop = FALSE])), (k - 1) / (k - 2) * (1 - sum(diag(C1)) / sum(C1)))),
		paste(apply(x, 1, paste, collapse = " "), collapse = ";"), sep = ",")
	cat("\n")
}
