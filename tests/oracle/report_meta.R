# report_meta.R: what the report's views of a pool must show, by metafor, over eight made-up trials.
#   Rscript tests/oracle/report_meta.R > tests/golden/report_meta.csv       (metafor 3.8-1, R 4.2.2, Debian 12)
# Rows: view, study ("" of the pool), column, value.  The trials themselves are view "effect".  REML by a tight Fisher scoring: metafor's default
# stops 1e-5 of tau2 away.
suppressMessages(library(metafor))
options(warn = -1)
trial <- data.frame(study = paste("Trial", LETTERS[1:8]), year = c(2009, 2011, 2011, 2014, 2015, 2018, 2020, 2021),
	n1 = c(20, 35, 41, 60, 28, 90, 33, 52), m1 = c(9.1, 11.4, 8.7, 10.2, 12.9, 9.9, 7.4, 10.8), sd1 = c(4.1, 5.2, 4.4, 5.0, 6.1, 4.8, 3.9, 5.5),
	n2 = c(19, 33, 40, 58, 30, 88, 31, 50), m2 = c(14.2, 13.1, 13.9, 12.0, 13.5, 11.6, 13.8, 12.1), sd2 = c(5.3, 5.0, 5.7, 4.9, 5.8, 5.1, 6.2, 5.4))
out <- function(view, study, column, value) cat(sprintf("%s,%s,%s,%.17g\n", view, study, column, value), sep = "")
cat("view,study,column,value\n")
for (column in names(trial)[-1]) out("effect", trial$study, column, trial[[column]])

dat <- escalc("MD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = trial)
tight <- list(threshold = 1e-12, maxiter = 1000)
z <- rma(yi, vi, data = dat, method = "REML", control = tight)
knha <- rma(yi, vi, data = dat, method = "REML", test = "knha", control = tight)
future <- predict(knha)
pool <- c(k = z$k, estimate = z$b, se = z$se, ci_lb = z$ci.lb, ci_ub = z$ci.ub, p = z$pval, knha_lb = knha$ci.lb, knha_ub = knha$ci.ub, knha_p = knha$pval,
	pi_lb = future$pi.lb, pi_ub = future$pi.ub, tau2 = z$tau2, i2 = z$I2, h2 = z$H2, q = z$QE, q_p = z$QEp)
for (column in names(pool)) out("meta_pool", "", column, pool[[column]])
out("forest", trial$study, "estimate", dat$yi)
out("forest", trial$study, "ci_lb", summary(dat)$ci.lb)
out("forest", trial$study, "ci_ub", summary(dat)$ci.ub)
out("forest", trial$study, "weight", weights(z) / 100)
out("funnel", trial$study, "se", sqrt(dat$vi))
out("funnel", trial$study, "p", 2 * pnorm(-abs(dat$yi / sqrt(dat$vi))))

pdf(NULL)
b <- baujat(z)
out("baujat", trial$study, "x", b$x)
out("baujat", trial$study, "y", b$y)
columns <- c(estimate = "estimate", se = "se", ci_lb = "ci.lb", ci_ub = "ci.ub", p = "pval", tau2 = "tau2", i2 = "I2")
one <- leave1out(z); one_t <- leave1out(knha)
by <- order(trial$year, trial$study)
cum <- cumul(z, order = by); cum_t <- cumul(knha, order = by)
for (column in names(columns)) {
	out("leave_one_out", trial$study, column, one[[columns[[column]]]])
	several <- if (column == "i2") -1 else TRUE # of one study there is no heterogeneity to share
	out("cumulative", trial$study[by][several], column, cum[[sub("^pval$", "pvals", columns[[column]])]][several])
}
for (column in c("knha_lb", "knha_ub", "knha_p")) {
	name <- c(knha_lb = "ci.lb", knha_ub = "ci.ub", knha_p = "pval")[[column]]
	out("leave_one_out", trial$study, column, one_t[[name]])
	out("cumulative", trial$study[by][-1], column, cum_t[[sub("^pval$", "pvals", name)]][-1]) # of one study metafor has no t
}
egger <- regtest(z, model = "lm"); mixed <- rma(yi, vi, mods = ~ sqrt(vi), data = dat, method = "REML", control = tight) # regtest's own fit stops earlier
fill <- trimfill(z, estimator = "L0", control = tight); rank <- ranktest(z)
pe <- lm(yi ~ sqrt(vi), weights = 1 / vi, data = dat)
out("small_study", "egger", "slope", coef(summary(pe))[2, 1])
out("small_study", "egger", "p", egger$pval)
out("small_study", "egger", "statistic", egger$zval)
out("small_study", "egger", "estimate", egger$est)
out("small_study", "egger", "ci_lb", egger$ci.lb)
out("small_study", "egger_reml", "p", mixed$pval[2])
out("small_study", "egger_reml", "statistic", mixed$zval[2])
out("small_study", "begg", "slope", rank$tau)
out("small_study", "begg", "p", rank$pval)
out("small_study", "trimfill", "k", fill$k0)
out("small_study", "trimfill", "estimate", fill$b)

# A subgroup has its own tau2; between them their means are compared as fixed.
subgroups <- function(of) {
	parts <- lapply(split(dat, of), function(part) rma(yi, vi, data = part, method = "REML", control = tight))
	between <- rma(sapply(parts, function(p) p$b), sapply(parts, function(p) p$se^2), method = "EE")
	for (level in names(parts)) {
		for (column in names(columns)[1:5])
			out("subgroup", level, column, parts[[level]][[c(estimate = "b", se = "se", ci_lb = "ci.lb", ci_ub = "ci.ub", p = "pval")[[column]]]])
		out("subgroup", level, "q_between", between$QE)
		out("subgroup", level, "q_between_p", between$QEp)
	}
}
subgroups(cut(trial$n1 + trial$n2, c(0, 59, 99, Inf), labels = c("1", "2", "3")))
# Overall risk of bias: RoB 2 of six trials, of one of them for the whole study; the others are not appraised.
risk <- c("RoB 2 1 low", "RoB 2 3 high", "RoB 2 1 low", "~", "RoB 2 3 high", "RoB 2 1 low", "~", "RoB 2 3 high")
subgroups(risk)
