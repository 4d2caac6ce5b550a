# meta_examples.R: runs every line of R of extensions/metastat/EXAMPLES.md, in order, and keeps the numbers that its SQL must give.
#   Rscript tests/oracle/meta_examples.R extensions/metastat/EXAMPLES.md > tests/golden/meta_examples.tsv
# Made with R 4.2.2, metafor 3.8-1, clubSandwich 0.5.8-1, robumeta 2.0-3 (Debian 12) and netmeta 2.6-0 (see network_netmeta.R).  The page's
# lines are run as they stand, but rma at a threshold of 1e-12 and rma.mv at rel.tol 1e-10, and confint's bounds at tol 1e-13: at metafor's defaults its tau2 is off
# by up to 3e-4.  Rows: name, allowed relative difference, SQL (an array, over the page's tables), R's values.
suppressMessages({library(metafor); library(clubSandwich); library(robumeta); library(netmeta)})
options(warn = -1)
tight <- function(fit, control) function(...) {
  call <- sys.call()
  call[[1]] <- fit
  call$control <- control
  eval(call, parent.frame())
}
rma <- tight(quote(metafor::rma), list(threshold = 1e-12, maxiter = 10000))
rma.mv <- tight(quote(metafor::rma.mv), list(rel.tol = 1e-10))
rma.mh <- metafor::rma.mh

page <- readLines(commandArgs(TRUE)[1])
blocks <- Map(function(from, to) page[(from + 1):(to - 1)], which(page == "```r"), sapply(which(page == "```r"), function(i) min(which(page == "```" & seq_along(page) > i))))
sink(stderr())
for (block in blocks) for (line in parse(text = block)) print(eval(line, globalenv()))
sink()

# The lines themselves, by their SHA-256, so that run_meta_examples notices a page that has changed.
source <- paste0(unlist(lapply(blocks, function(b) paste0(b, "\n"))), collapse = "")
temporary <- tempfile(); cat(source, file = temporary)
cat("# lines of R ", substr(system2("sha256sum", temporary, stdout = TRUE), 1, 16), "\n", sep = "")
cat("name\tallowed\tsql\tvalues\n")
check <- function(name, allowed, sql, ...) {
  values <- sprintf("%.17g", unlist(list(...), use.names = FALSE))
  cat(name, "\t", allowed, "\t", gsub("\\s+", " ", sql), "\t", paste(values, collapse = " "), "\n", sep = "")
}
one <- function(columns, from) sprintf("SELECT ARRAY[%s] FROM %s", paste0("(r).", columns, collapse = ", "), from)
pooled <- "(SELECT meta(yi, vi, 'REML', 'knha') AS r FROM dat) x"
ci <- function(fit, type = "QP") confint(fit, type = type, control = list(tol = 1e-13))$random["tau^2", c("ci.lb", "ci.ub")]

check("effects", 1e-13, "SELECT array_agg(v ORDER BY year, i) FROM dat, unnest(ARRAY[yi, vi]) WITH ORDINALITY u(v, i)", as.vector(rbind(dat$yi, dat$vi)))
check("pooled", 1e-10, one(c("estimate", "se", "p", "ci_lb", "ci_ub", "tau2", "i2", "pi_lb", "pi_ub", "q", "q_p"), pooled), res$beta, res$se, res$pval, res$ci.lb, res$ci.ub, res$tau2, res$I2, predict(res)$pi.lb, predict(res)$pi.ub, res$QE, res$QEp)
check("pooled tau2 interval", 1e-8, one("tau2_ub", pooled), ci(res)[2])
check("DL", 1e-11, one(c("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "i2"), "(SELECT meta_final(meta_state(yi, vi), method => 'DL', level => 0.90) AS r FROM dat) x"), dl$beta, dl$ci.lb, dl$ci.ub, predict(dl)$pi.lb, predict(dl)$pi.ub, dl$tau2, dl$I2)
check("profile likelihood", 1e-8, one("tau2_ub", "(SELECT meta_final(meta_state(yi, vi), tau2_ci => 'pl') AS r FROM dat) x"), ci(rma(yi, vi, data = dat), "PL")[2])
check("subgroups", 1e-9, "SELECT array_agg(v ORDER BY acupoints, i) FROM (SELECT acupoints, meta(yi, vi) AS r FROM dat GROUP BY acupoints) x, unnest(ARRAY[(r).estimate, (r).se, (r).tau2]) WITH ORDINALITY u(v, i)", sapply(groups, function(g) c(g$beta, g$se, g$tau2)))
check("leave one out", 1e-9, "SELECT array_agg((r).estimate ORDER BY year) FROM (SELECT year, meta(yi, vi, 'REML', 'knha') OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS r FROM dat) x", leave1out(res)$estimate)
check("cumulative", 1e-9, "SELECT array_agg((r).estimate ORDER BY year) FROM (SELECT year, meta(yi, vi, 'REML', 'knha') OVER (ORDER BY year, study ROWS UNBOUNDED PRECEDING) AS r FROM dat) x", cumul(res, order = year)$estimate)
check("slope", 1e-9, one(c("beta[1]", "beta[2]", "p[2]", "tau2"), "(SELECT meta_regression(yi, vi, ARRAY[year - 2015]::float8[], 'REML', 'knha') AS r FROM dat) x"), slope$beta, slope$pval[2], slope$tau2)
check("regression", 1e-9, one(c("tau2", "se_tau2", "qm", "qm_p", "beta[3]"), "res"), reg$tau2, reg$se.tau2, reg$QM, reg$QMp, reg$beta[3])
check("regression tau2 intervals", 1e-8, "SELECT ARRAY[(r).tau2_ub, (SELECT (meta_regression_final(meta_regression_state(yi, vi, ARRAY[year - 2015, (acupoints = 'PC6')::int]::float8[]), tau2_ci => 'pl')).tau2_ub FROM dat)] FROM res", ci(reg)[2], ci(rma(yi, vi, mods = ~ I(year - 2015) + I(acupoints == "PC6"), data = dat), "PL")[2])
at <- predict(reg, newmods = c(5, 1))
check("prediction", 1e-9, "SELECT ARRAY[(p).pred, (p).ci_lb, (p).ci_ub] FROM (SELECT meta_predict(r, ARRAY[5, 1]) AS p FROM res) x", at$pred, at$ci.lb, at$ci.ub)
check("vif", 1e-9, "SELECT (meta_vif(r))[2:3] FROM res", sapply(vif(reg)$vif, function(v) if (is.list(v)) v$vif else v))
check("own weights", 1e-10, one(c("estimate", "se", "tau2"), "(SELECT meta_weighted(yi, vi, n1 + n2) AS r FROM dat JOIN trial USING (study)) x"), own$beta, own$se, own$tau2)
check("three levels", 1e-6, one(c("estimate", "se", "sigma2[1]"), "(SELECT meta_multilevel_final(meta_multilevel_state(yi, vi, study, scale), rho => 0.6) AS r FROM scales) x"), three$beta, three$se, three$sigma2[1])
robust <- function(model) sprintf("SELECT ARRAY[(r).beta[2], (r).se[2], (r).df[2], (r).p[2]] FROM (SELECT meta_robust_regression(meta_regression_state(yi, vi, ARRAY[months, severity], study, scale), model => '%s') AS r FROM scales) x", model)
cr2 <- coef_test(mod, vcov = "CR2"); wald <- Wald_test(mod, constrain_zero(2:3), vcov = "CR2")
check("robust, multilevel", 1e-5, robust("multilevel"), cr2$beta[2], cr2$SE[2], cr2[[grep("^df", names(cr2))[1]]][2], cr2[[grep("^p", names(cr2))[1]]][2])
check("robust, Hotelling", 1e-5, "SELECT ARRAY[(r).wald_f, (r).wald_df2, (r).wald_p] FROM (SELECT meta_robust_regression(meta_regression_state(yi, vi, ARRAY[months, severity], study, scale), model => 'multilevel') AS r FROM scales) x", wald$Fstat, wald$df_denom, wald$p_val)
for (model in c("CORR", "HIER")) {
  table <- (if (model == "CORR") corr else hier)$reg_table
  check(paste("robust,", model), 1e-9, robust(model), table$b.r[2], table$SE[2], table$dfs[2], table$prob[2])
}
check("two outcomes", 1e-5, one(c("beta[1]", "beta[2]", "se[1]", "se[2]", "tau2[1]", "tau2[2]", "rho[1]", "loglik", "aic", "qm"), "outcomes"), un$beta, un$se, un$tau2, un$rho, logLik(un), AIC(un), un$QM)
check("two outcomes, compound symmetry", 1e-5, "SELECT ARRAY[(r).beta[3], (r).se[3]] FROM (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, scale, ARRAY[CASE scale WHEN 'BDI' THEN vi ELSE cov END, CASE scale WHEN 'HAMD' THEN vi ELSE cov END], ARRAY[months]), 'CS') AS r FROM (SELECT s.*, 0.6 * sqrt(s.vi * o.vi) AS cov FROM scales s LEFT JOIN scales o ON o.study = s.study AND o.scale <> s.scale) x) y", cs$beta[3], cs$se[3])
contrast <- Wald_test(un, matrix(c(1, -1), 1), vcov = "CR2")
check("do two outcomes differ", 1e-4, "SELECT ARRAY[(r).wald_f, (r).wald_df2, (r).wald_p] FROM (SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, scale), sampling_rho => 0.6, contrasts => ARRAY[1, -1]) AS r FROM scales) x", contrast$Fstat, contrast$df_denom, contrast$p_val)
check("Cook's distances of trials", 1e-5, "SELECT array_agg(d.cook_d ORDER BY t.trial) FROM (SELECT DISTINCT trial FROM several) t JOIN unnest((SELECT meta_multilevel_influence(meta_regression_state(yi, vi, '{}', trial, id)) FROM several)) d ON d.cluster = md5(t.trial)::uuid", cooks.distance(all, cluster = trial))
check("dfbetas of trials", 1e-5, "SELECT array_agg(d.dfbs[1] ORDER BY t.trial) FROM (SELECT DISTINCT trial FROM several) t JOIN unnest((SELECT meta_multilevel_influence(meta_regression_state(yi, vi, '{}', trial, id)) FROM several)) d ON d.cluster = md5(t.trial)::uuid", dfbetas(all, cluster = trial)[[1]])
slope2 <- coef_test(egger, vcov = "CR2")
check("Egger, clustered", 1e-6, "SELECT ARRAY[(e).estimate, (e).se, (e).df, (e).p] FROM (SELECT meta_multilevel_egger(meta_regression_state(yi, vi, '{}', trial, id)) AS e FROM several) x", slope2$beta[2], slope2$SE[2], slope2[[grep("^df", names(slope2))[1]]][2], slope2[[grep("^p", names(slope2))[1]]][2])
check("one effect a trial", 1e-11, "SELECT array_agg(v ORDER BY trial, i) FROM (SELECT trial, effect_aggregate(meta_state(yi, vi), 0.6) AS e FROM several GROUP BY trial) x, unnest(ARRAY[(e).yi, (e).vi]) WITH ORDINALITY u(v, i)", as.vector(rbind(agg$yi, agg$vi)))
check("common tau2", 1e-9, "SELECT array_agg(v ORDER BY subgroup, i) FROM shared, unnest((r).groups) g, unnest(ARRAY[g.estimate, g.p, (r).tau2]) WITH ORDINALITY u(v, i)", rbind(as.vector(common$beta), common$pval, common$tau2))
check("common tau2 interval", 1e-8, "SELECT ARRAY[(r).tau2_ub] FROM shared", ci(common)[2])
check("Mantel-Haenszel", 1e-11, one(c("estimate", "se", "p", "q", "q_p"), "(SELECT meta_mh(ai, bi, ci, di) AS r FROM tab) x"), mh$beta, mh$se, mh$pval, mh$QE, mh$QEp)
check("risk ratio", 1e-11, one(c("estimate", "se", "p", "tau2", "pi_lb"), "(SELECT meta((e).yi, (e).vi, 'DL') AS r FROM (SELECT effect_rr(ai, bi, ci, di) AS e FROM tab) t) x"), rr$beta, rr$se, rr$pval, rr$tau2, predict(rr)$pi.lb)
check("reference SD", 1e-13, "SELECT ARRAY[reference_sd(sd1, n1)] FROM trial", sqrt(sum((trial$n1 - 1) * trial$sd1^2) / sum(trial$n1 - 1)))
check("network", 1e-9, "SELECT array_agg(v ORDER BY treat1, i) FROM network, unnest((r).league) l, unnest(ARRAY[l.estimate, l.ci_lb, l.ci_ub]) WITH ORDINALITY u(v, i) WHERE treat2 = 'sham'", rbind(nma$TE.random[, "sham"], nma$lower.random[, "sham"], nma$upper.random[, "sham"])[, c("acupuncture", "sertraline")])
check("network ranks", 1e-9, "SELECT array_agg(p_score ORDER BY treatment) FROM network, unnest((r).ranks)", netrank(nma)$ranking.random[c("acupuncture", "sertraline", "sham")])
check("map", 1e-6, "SELECT array_agg(v ORDER BY element, i) FROM (SELECT mass_meta(yi, vi, 'REML') AS r FROM map) x, mass_meta_unnest(x.r) m, unnest(ARRAY[m.estimate, m.p]::float8[]) WITH ORDINALITY u(v, i)", sapply(fits, function(f) c(f$beta, f$pval)))
