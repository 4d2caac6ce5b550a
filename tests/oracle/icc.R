# icc.R: intraclass correlations by psych (mean squares by aov) and, where all components are positive, by lme4's REML.
# Made with: Rscript tests/oracle/icc.R > tests/golden/icc.csv   (Debian 12: r-cran-psych, r-cran-lme4)
suppressPackageStartupMessages({library(psych); library(lme4)})
n <- 17; k <- 3
# Noise of arithmetic, so that no generator's version matters; the values are floats exactly.
noise <- function(a, b) { x <- sin(a * 12.9898 + b * 78.233) * 43758.5453; x - floor(x) - .5 }
value <- function(s, j, e) round((c(2, .5, 0, 3, 1)[e] * noise(s, e) + noise(s + 100 * j, e + 10) + c(0, .6, .2, 3, -.3)[e] * noise(j, e + 20) +
	c(0, 0, 100, 0, -5)[e]) * 4096) / 4096
put <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
number <- function(x) sprintf("%.17g", x)
cat("# data,subject,session,five elements\n")
for (s in 1:n) for (j in 1:k) put("data", s, j, number(value(s, j, 1:5)))
cat("# type,element,subjects,sessions,estimate,lower,upper,F,df1,df2,p (psych::ICC, 95 %, then 90 %)\n")
for (level in c(.95, .9)) for (e in 1:5) {
	m <- outer(1:n, 1:k, function(s, j) value(s, j, e))
	r <- ICC(m, lmer = FALSE, alpha = 1 - level)$results
	for (t in seq_len(nrow(r)))
		put(paste0(c("t11", "t21", "t31", "t1k", "t2k", "t3k")[t], level * 100), e, n, k, number(unlist(r[t, c("ICC", "lower bound", "upper bound", "F", "df1", "df2", "p")])))
}
cat("# lme4,element,ICC(2,1),ICC(3,1) by REML components\n")
for (e in c(2, 4)) { # those without a negative component; exact to its optimiser
	d <- expand.grid(s = 1:n, j = 1:k)
	d$y <- mapply(value, d$s, d$j, e)
	tight <- lmerControl(optCtrl = list(ftol_abs = 1e-15, xtol_abs = 1e-13, rhobeg = 0.02), optimizer = "nloptwrap")
	v <- as.data.frame(VarCorr(lmer(y ~ (1 | s) + (1 | j), d, control = tight)))$vcov
	names(v) <- c("s", "j", "e")
	put("lme4", e, number(v["s"] / sum(v)), number(v["s"] / (v["s"] + v["e"])))
}
