# meta_influence.R: influence in meta-regressions and three-level models by metafor, and aggregation of dependent effects.
#   Rscript tests/oracle/meta_influence.R > tests/golden/meta_influence.csv       (metafor 3.8-1, R 4.2.2, Debian 12)
# Rows: set, unit, quantity, value; the data themselves are the sets data_*.  Sets mv_* come twice: by metafor's own functions, whose optimiser
# stops 1e-6 of a variance away, and (exact_*) by the same definitions written out, at variances polished by Fisher scoring to 1e-14.
suppressMessages(library(metafor))
options(warn = -1)
out <- function(set, unit, quantity, value) cat(sprintf("%s,%s,%s,%.17g\n", set, unit, quantity, value), sep = "")
cat("set,unit,quantity,value\n")

# ---- meta-regression -------------------------------------------------------------------------------------------------------
k <- 20
i <- seq_len(k)
reg <- data.frame(vi = round(0.02 + 0.13 * ((i * 7) %% 20) / 20, 4), x1 = round(1.7 * ((i * 11) %% 20) - 10, 1), x2 = as.numeric(i %% 3 == 0))
reg$yi <- round(-0.3 + 0.012 * reg$x1 + 0.2 * reg$x2 + 0.35 * sin(i * 2.1) + ifelse(i == 13, 0.9, 0), 4)
for (q in names(reg)) out("data_regression", i, q, reg[[q]])
for (spec in list(c("DL", "z"), c("DL", "knha"), c("REML", "z"), c("REML", "adhoc"), c("FE", "z"), c("PM", "t"))) {
	fit <- rma(yi, vi, mods = ~ x1 + x2, data = reg, method = spec[1], test = spec[2], control = list(threshold = 1e-11, tol = 1e-15, maxiter = 10000))
	inf <- influence(fit)
	set <- paste0("regression_", spec[1], "_", spec[2])
	for (q in c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat", "weight")) out(set, i, q, inf$inf[[q]])
	for (j in 1:3) out(set, i, paste0("dfbs", j), inf$dfbs[[j]])
	out(set, i, "influential", as.numeric(inf$is.infl))
}

# ---- three-level models ----------------------------------------------------------------------------------------------------
size <- c(1, 3, 2, 4, 1, 2, 3, 5, 2, 1)
cluster <- rep(seq_along(size), size)
n <- length(cluster)
i <- seq_len(n)
mv <- data.frame(cluster = cluster, effect = i, vi = round(0.03 + 0.1 * ((i * 5) %% 11) / 11, 4), x = round(cos(i * 1.3), 3))
mv$yi <- round(0.4 + 0.3 * mv$x + 0.5 * sin(cluster * 1.7) + 0.25 * sin(i * 2.9), 4)
for (q in names(mv)) out("data_mv", i, q, mv[[q]])

# Variances at the maximum of the restricted likelihood by Fisher scoring from metafor's.
polish <- function(y, V, X, cl, s) {
	G <- list(outer(cl, cl, "==") * 1, diag(length(y)))
	for (step in 1:500) {
		W <- solve(V + s[1] * G[[1]] + s[2] * G[[2]])
		P <- W - W %*% X %*% solve(t(X) %*% W %*% X, t(X) %*% W)
		PG <- lapply(G, function(g) P %*% g)
		score <- sapply(1:2, function(r) sum(y * (PG[[r]] %*% (P %*% y))) - sum(diag(PG[[r]])))
		info <- sapply(1:2, function(a) sapply(1:2, function(b) sum(PG[[a]] * t(PG[[b]]))))
		free <- s > 0 | score > 0
		move <- c(0, 0)
		move[free] <- solve(info[free, free], score[free])
		new <- pmax(s + move, 0)
		if (max(abs(new - s)) < 1e-16) break
		s <- new
	}
	s
}
gls <- function(y, V, X, cl, s) {
	M <- V + s[1] * outer(cl, cl, "==") + s[2] * diag(length(y))
	W <- solve(M)
	vb <- solve(t(X) %*% W %*% X)
	list(M = M, W = W, vb = vb, b = vb %*% t(X) %*% W %*% y)
}
for (rho in c(0, 0.6)) for (mods in c(FALSE, TRUE)) {
	V <- vcalc(vi, cluster = cluster, obs = effect, rho = rho, data = mv)
	X <- if (mods) cbind(1, mv$x) else matrix(1, n)
	fit <- rma.mv(yi, V, mods = X, intercept = FALSE, random = ~ 1 | cluster / effect, data = mv, control = list(rel.tol = 1e-10))
	tag <- paste0(if (mods) "mods" else "mean", "_rho", rho)
	s <- polish(mv$yi, V, X, mv$cluster, fit$sigma2)
	out(paste0("exact_", tag), 0, c("sigma2_1", "sigma2_2"), s)
	all <- gls(mv$yi, V, X, mv$cluster, s)
	hat <- diag(X %*% all$vb %*% t(X) %*% all$W)
	for (unit in c("cluster", "effect")) {
		ids <- mv[[unit]]
		for (refit in c(FALSE, TRUE)) {
			set <- paste(tag, unit, if (refit) "refit" else "kept", sep = "_")
			st <- if (unit == "cluster") rstudent(fit, cluster = ids, reestimate = refit) else rstudent(fit, reestimate = refit)
			ck <- cooks.distance(fit, cluster = ids, reestimate = refit)
			db <- dfbetas(fit, cluster = ids, reestimate = refit)
			u <- sort(unique(ids))
			# metafor restarts each search at the whole's variances on a log scale; from 0 it cannot leave.
			if (!refit || min(s) > 0) {
			out(paste0("mv_", set), u, if (unit == "cluster") "chisq" else "rstudent", if (unit == "cluster") st$cluster$X2 else st$z)
			out(paste0("mv_", set), u, "cook_d", ck)
			for (j in seq_len(ncol(X))) out(paste0("mv_", set), u, paste0("dfbs", j), db[[j]])
			}
			for (id in u) {
				gone <- ids == id
				sd <- if (refit) polish(mv$yi[!gone], V[!gone, !gone], X[!gone, , drop = FALSE], mv$cluster[!gone], pmax(s, 1e-3)) else s
				rest <- gls(mv$yi[!gone], V[!gone, !gone], X[!gone, , drop = FALSE], mv$cluster[!gone], sd)
				moved <- gls(mv$yi, V, X, mv$cluster, sd)
				e <- mv$yi[gone] - X[gone, , drop = FALSE] %*% rest$b
				S <- moved$M[gone, gone, drop = FALSE] + X[gone, , drop = FALSE] %*% rest$vb %*% t(X[gone, , drop = FALSE])
				if (unit == "cluster") out(paste0("exact_", set), id, "chisq", drop(t(e) %*% solve(S) %*% e)) else out(paste0("exact_", set), id, "rstudent", e / sqrt(S))
				d <- all$b - rest$b
				out(paste0("exact_", set), id, "cook_d", drop(t(d) %*% solve(all$vb) %*% d))
				out(paste0("exact_", set), id, "hat", sum(hat[gone]))
				out(paste0("exact_", set), id, paste0("dfbs", seq_len(ncol(X))), drop(d / sqrt(diag(moved$vb))))
				out(paste0("exact_", set), id, paste0("beta", seq_len(ncol(X))), drop(rest$b))
				out(paste0("exact_", set), id, paste0("se", seq_len(ncol(X))), sqrt(diag(rest$vb)))
				out(paste0("exact_", set), id, c("sigma2_1", "sigma2_2"), sd)
			}
		}
	}
}

# ---- aggregation -----------------------------------------------------------------------------------------------------------
es <- escalc(yi = yi, vi = vi, data = mv)
for (rho in c(0, 0.3, 0.8)) for (weighted in c(TRUE, FALSE)) {
	a <- aggregate(es, cluster = cluster, struct = "CS", rho = rho, weighted = weighted)
	out(paste0("aggregate_", if (weighted) "w" else "p", rho), a$cluster, "yi", a$yi)
	out(paste0("aggregate_", if (weighted) "w" else "p", rho), a$cluster, "vi", a$vi)
}
