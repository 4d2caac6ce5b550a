#!/usr/bin/env Rscript
# Element-wise t tests, correlations and partial correlations from R's t.test, cor.test and lm, for tests/unit/test_mass.c.
# Usage: Rscript tests/oracle/connectome_mass.R > tests/golden/connectome_mass.csv
#
# Elements: 1 plain; 2 far from zero (1e6 + noise); 3 tiny (1e-8); 4 follows y; 5 missing in some rows; 6 missing in
# others, and follows a covariate; 7 skewed; 8 close to y (p below 1e-60).
# Offsets are subtracted before the two-sample t test and lm, which changes no statistic but spares R the digits that they cost.
set.seed(20261123)
n <- 61
y <- round(rnorm(n, 12, 5))
group <- rep(c(TRUE, FALSE), length.out = n); group[1:7] <- FALSE
site <- as.numeric((seq_len(n) %% 3) == 0)
year <- 1950 + round(runif(n, 0, 45))
motion <- round(rexp(n, 8), 4)
covariates <- cbind(site, year, motion)
x <- cbind(rnorm(n), 1e6 + rnorm(n), 1e-8 * rnorm(n), 0.3 * y + rnorm(n, sd = 2), rnorm(n, 1), 4 * motion + rnorm(n), rexp(n)^2,
	y + rnorm(n, sd = 0.4))
pre <- x * 0.5 + matrix(rnorm(length(x)), n) * rep(apply(x, 2, sd), each = n) + rep(c(0, 5e5, rep(0, 6)), each = n)
x[c(3, 17, 18, 44), 5] <- NaN
x[c(2, 17, 60), 6] <- NaN
pre[c(5, 17), 5] <- NaN
offset <- c(0, 1e6, rep(0, 6))

cat("# Made by: Rscript tests/oracle/connectome_mass.R > tests/golden/connectome_mass.csv (", R.version.string, ")\n", sep = "")
show <- function(...) cat(paste(sapply(list(...), function(v) if (is.character(v)) v else paste(sprintf("%.17g", v), collapse = ",")),
	collapse = ","), "\n", sep = "")
cat("# row,group,y,site,year,motion,x1..x8,pre1..pre8\n")
for (i in seq_len(n)) show("row", as.numeric(group[i]), y[i], covariates[i, ], x[i, ], pre[i, ])
cat("# test,element,n,estimate,se,statistic,df,p,effect_size\n")
from_htest <- function(name, k, n, estimate, h, effect) show(name, k, n, estimate, abs((estimate - 0) / h$statistic), h$statistic, h$parameter, h$p.value, effect)
for (k in seq_len(ncol(x))) {
	v <- x[, k]; ok <- !is.nan(v); v <- v[ok]; g <- group[ok]
	from_htest("ttest", k, length(v), mean(v), t.test(v), mean(v) / sd(v))
	two <- t.test(v[g] - offset[k], v[!g] - offset[k], var.equal = TRUE)
	pooled <- sqrt(((sum(g) - 1) * var(v[g]) + (sum(!g) - 1) * var(v[!g])) / (length(v) - 2))
	from_htest("ttest_groups", k, length(v), mean(v[g] - offset[k]) - mean(v[!g] - offset[k]), two,
		(mean(v[g] - offset[k]) - mean(v[!g] - offset[k])) / pooled)
	d <- x[, k] - pre[, k]; d <- d[!is.nan(d)]
	from_htest("ttest_paired", k, length(d), mean(d), t.test(d), mean(d) / sd(d))
	v <- v - offset[k]; w <- y[ok]; cv <- sweep(covariates[ok, ], 2, c(0, 1970, 0))
	r <- cor.test(v, w)
	from_htest("corr", k, length(v), cor(v, w), r, cor(v, w))
	fit <- summary(lm(w ~ v + cv))$coefficients["v", ]
	partial <- cor(resid(lm(v ~ cv)), resid(lm(w ~ cv)))
	df <- length(v) - 5
	show("pcorr", k, length(v), partial, abs(partial / fit["t value"]), fit["t value"], df, fit["Pr(>|t|)"], partial)
}
