# meta_subgroup.R: subgroups with a common tau2 by metafor, every estimator and test.
#   Rscript tests/oracle/meta_subgroup.R > tests/golden/meta_subgroup.csv       (metafor 3.8-1, R 4.2.2, Debian 12)
# Rows: set (data, or method_test), unit (study, or group; 0: the whole), quantity, value.
suppressMessages(library(metafor))
options(warn = -1)
out <- function(set, unit, quantity, value) cat(sprintf("%s,%s,%s,%.17g\n", set, unit, quantity, value), sep = "")
cat("set,unit,quantity,value\n")
k <- 17
i <- seq_len(k)
d <- data.frame(g = c(rep(1, 6), rep(2, 8), rep(3, 2), 4), vi = round(0.02 + 0.12 * ((i * 7) %% 17) / 17, 4))
d$yi <- round(0.2 * d$g + 0.6 * sin(i * 2.3), 4)
for (q in names(d)) out("data", i, q, d[[q]])
tight <- list(threshold = 1e-11, tol = 1e-15, maxiter = 10000)
for (method in c("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM")) for (test in c("z", "t", "knha", "adhoc")) {
	set <- paste(method, test, sep = "_")
	means <- rma(yi, vi, mods = ~ 0 + factor(g), data = d, method = method, test = test, control = tight)
	between <- rma(yi, vi, mods = ~ factor(g), data = d, method = method, test = test, control = tight)
	for (q in c("estimate", "se", "statistic", "p", "ci_lb", "ci_ub")) out(set, 1:4, q, switch(q, estimate = means$beta, se = means$se, statistic = means$zval, p = means$pval, ci_lb = means$ci.lb, ci_ub = means$ci.ub))
	if (method != "EE") {
		pred <- predict(means, newmods = diag(4))
		out(set, 1:4, "pi_lb", pred$pi.lb)
		out(set, 1:4, "pi_ub", pred$pi.ub)
		if (method != "PMM") {
			ci <- confint(means, control = list(tol = 1e-14))$random
			out(set, 0, c("tau2_lb", "tau2_ub"), ci["tau^2", c("ci.lb", "ci.ub")])
		}
	}
	# metafor's QM of an F test is divided by its df; Q-between is not.
	out(set, 0, "q_between", if (test == "z") between$QM else between$QM * 3)
	out(set, 0, "q_between_p", between$QMp)
	out(set, 0, "q_within", between$QE)
	out(set, 0, "q_within_p", between$QEp)
	out(set, 0, "tau2", means$tau2)
}
