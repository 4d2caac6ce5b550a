#!/usr/bin/env Rscript
# Element-wise t tests, correlations and partial correlations from R's t.test, cor.test and lm, for tests/unit/test_mass.c.
# Usage: Rscript tests/oracle/connectome_mass.R > tests/golden/connectome_mass.csv
#
# Elements: 1 plain; 2 far from zero (1e6 + noise); 3 tiny (1e-8); 4 follows y; 5 missing in some rows; 6 missing in
# others, and follows a covariate; 7 skewed; 8 close to y (p below 1e-60).
# welch: effect by the root of the mean variance; glm, change, ancova: y given site, year, motion (effect partial r); their _f: site, year and
# motion together (effect partial eta squared; no estimate).
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
	welch <- t.test((x[, k] - offset[k])[group & ok], (x[, k] - offset[k])[!group & ok])
	difference <- unname(welch$estimate[1] - welch$estimate[2])
	show("welch", k, length(v), difference, abs(difference / welch$statistic), welch$statistic, welch$parameter, welch$p.value,
		difference / sqrt((var(x[group & ok, k]) + var(x[!group & ok, k])) / 2))
	model <- function(name, outcome, own) {
		keep <- !is.na(outcome) & !is.na(own)
		d <- data.frame(o = outcome, own = own, y = y, site = site, year = year - 1970, motion = motion)[keep, ]
		with_own <- length(unique(d$own)) > 1
		full <- if (with_own) lm(o ~ own + site + year + motion + y, d) else lm(o ~ site + year + motion + y, d)
		without <- if (with_own) lm(o ~ own + y, d) else lm(o ~ y, d)
		row <- summary(full)$coefficients["y", ]
		t <- row["t value"]; df <- full$df.residual
		show(name, k, nrow(d), row["Estimate"], row["Std. Error"], t, df, row["Pr(>|t|)"], t / sqrt(t^2 + df))
		f <- anova(without, full)
		show(paste0(name, "_f"), k, nrow(d), NaN, NaN, f$F[2], df, f$"Pr(>F)"[2], f$"Sum of Sq"[2] / (f$"Sum of Sq"[2] + f$RSS[2]))
	}
	post <- x[, k] - offset[k]; before <- pre[, k] - offset[k]
	model("glm", post, rep(0, n))
	model("ancova", post, before)
	local({
		keep <- !is.na(post - before)
		fit <- summary(lm(I(post - before) ~ site + I(year - 1970) + motion + y, subset = keep)); row <- fit$coefficients["y", ]
		show("change", k, sum(keep), row["Estimate"], row["Std. Error"], row["t value"], fit$df[2], row["Pr(>|t|)"],
			row["t value"] / sqrt(row["t value"]^2 + fit$df[2]))
	})
}
