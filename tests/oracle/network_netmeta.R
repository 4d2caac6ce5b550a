# network_netmeta.R: network meta-analysis by netmeta, on its own Senn2013 and on an invented network with trials of three and four arms.
#   Rscript tests/oracle/network_netmeta.R > tests/golden/network_netmeta.csv
# Made with netmeta 2.6-0 and meta 5.5-0, built from those tags of github.com/guido-s/netmeta and github.com/guido-s/meta, metafor 3.8-1 and
# R 4.2.2 (Debian 12; r-cran-magic, r-cran-igraph, r-cran-lme4, r-cran-ggplot2, r-cran-readr, r-cran-xml2, r-cran-dplyr, r-cran-purrr ...).
# netmeta 1.4-0 with meta 4.18-1 gives the same Senn2013 figures.  REML and ML are not taken: given effects and standard
# errors alone, netmeta hands rma.mv the variances of a multi-arm trial without their covariances (its help says so under "note").  Rows: network, method, unit, quantity, value.
suppressMessages(library(netmeta))
options(warn = -1)
out <- function(network, method, unit, quantity, value) cat(sprintf("%s,%s,%s,%s,%.17g\n", network, method, unit, quantity, value), sep = "")
cat("network,method,unit,quantity,value\n")

data(Senn2013)
senn <- with(Senn2013, data.frame(study = studlab, t1 = treat1.long, t2 = treat2.long, TE, seTE))
theta <- c(A = 0, B = .4, C = -.3, D = .9, E = .1, F = -.6)
trials <- c("AB", "AB", "BC", "CD", "DE", "EF", "AF", "ABC", "BDE", "ADF", "ABCD", "CE", "AB", "CD", "ABC")
invented <- do.call(rbind, lapply(seq_along(trials), function(i) {
	arms <- strsplit(trials[i], "")[[1]]
	m <- theta[arms] + round(0.4 * sin(i * 1.3 + 2.1 * seq_along(arms)), 3)
	v <- round(0.02 + 0.03 * ((3 * i + 5 * seq_along(arms)) %% 7) / 7, 4)
	p <- combn(length(arms), 2)
	data.frame(study = sprintf("s%02d", i), t1 = arms[p[1, ]], t2 = arms[p[2, ]], TE = m[p[1, ]] - m[p[2, ]], seTE = sqrt(v[p[1, ]] + v[p[2, ]]))
}))
for (network in c("senn", "invented")) {
	d <- get(network)
	# Senn2013 is the data of ../shared, effects and standard errors rounded to four decimals.
	if (network == "invented") for (q in c("TE", "seTE")) out(network, "data", paste(d$study, d$t1, d$t2, sep = "|"), q, d[[q]])
	for (method in "DL") {
		n <- netmeta(TE, seTE, t1, t2, study, data = d, sm = "MD", method.tau = method)
		out(network, method, "", c("tau2", "q", "q_df", "q_p", "i2", "q_within", "q_within_df", "q_between", "q_between_df", "q_between_p"),
			c(n$tau^2, n$Q, n$df.Q, n$pval.Q, 100 * n$I2, n$Q.heterogeneity, n$df.Q.heterogeneity, n$Q.inconsistency, n$df.Q.inconsistency, n$pval.Q.inconsistency))
		if (method == "DL") {
			full <- decomp.design(n)$Q.inc.random
			out(network, method, "", c("q_interaction", "q_interaction_p", "tau2_within"), c(full$Q, full$pval, full$tau.within^2))
		}
		for (model in c("random", "common")) {
			label <- if (model == "random") method else "EE"
			if (model == "common" && method != "DL") next
			TE <- n[[paste0("TE.", model)]]; se <- n[[paste0("seTE.", model)]]
			for (a in rownames(TE)) for (b in colnames(TE)) if (a != b) out(network, label, paste(a, b, sep = "|"), c("estimate", "se"), c(TE[a, b], se[a, b]))
			r <- netrank(n, small.values = "good")[[paste0("ranking.", model)]]
			out(network, label, names(r), "p_score", r)
			s <- netsplit(n, method = "Back-calculation")
			both <- s[[paste0("compare.", model)]]
			keep <- !is.na(both$TE)
			for (part in c("direct", "indirect", "compare")) {
				x <- s[[paste0(part, ".", model)]]
				name <- if (part == "compare") "difference" else part
				out(network, label, sub(":", "|", x$comparison[keep]), name, x$TE[keep])
				out(network, label, sub(":", "|", x$comparison[keep]), paste0("se_", name), x$seTE[keep])
			}
			out(network, label, sub(":", "|", both$comparison[keep]), "p", both$p[keep])
			out(network, label, sub(":", "|", both$comparison[keep]), "share", s[[paste0("prop.", model)]][keep])
		}
	}
}
