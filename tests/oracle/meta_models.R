# Goldens of models of dependent effects, for tests/golden/run_meta_models.
#
# Usage: Rscript tests/oracle/meta_models.R tests/golden
# Made with R 4.2.2, metafor 3.8.1, clubSandwich 0.5.8, robumeta 2.0 (Debian 12: r-cran-metafor r-cran-clubsandwich r-cran-robumeta).
# The data are invented.  rma.mv's optimiser is run at the tightest tolerance at which it converges; Imhof's integral is R's
# integrate() over the eigenvalues of S P S.
suppressMessages({library(metafor); library(clubSandwich); library(robumeta)})
where <- commandArgs(TRUE)[1]
set.seed(20261123)

number <- function(x) ifelse(is.na(x) | !is.finite(x), "null", formatC(x, digits = 17, format = "g"))
json <- function(x) {
  if (is.list(x)) return(paste0("{", paste0('"', names(x), '": ', vapply(x, json, ""), collapse = ", "), "}"))
  if (is.character(x)) return(paste0('"', x, '"'))
  if (is.matrix(x)) x <- as.vector(t(x))
  paste0("[", paste(number(as.numeric(x)), collapse = ", "), "]")
}

weeks <- c(4, 8, 24)
d <- expand.grid(week = weeks, study = 1:14)
d <- d[sort(sample(nrow(d), 36)), ]
d$x <- round(rnorm(14), 3)[d$study]
d$z <- round(runif(nrow(d)), 3)
d$vi <- round(runif(nrow(d), 0.01, 0.06), 4)
d$yi <- round(0.3 + 0.1 * d$x + rnorm(14, sd = 0.3)[d$study] + rnorm(nrow(d), sd = 0.15) + rnorm(nrow(d)) * sqrt(d$vi), 4)
d$weight <- sample(20:200, nrow(d), TRUE)
d$esid <- seq_len(nrow(d))
cov <- outer(seq_len(nrow(d)), seq_len(nrow(d)), function(i, j) {
  r <- 0.8 ^ (abs(match(d$week[i], weeks) - match(d$week[j], weeks)))
  ifelse(d$study[i] == d$study[j], round(r * sqrt(d$vi[i] * d$vi[j]), 8), 0)
})
diag(cov) <- d$vi
for (j in 1:3)
  d[[paste0("v", j)]] <- vapply(seq_len(nrow(d)), function(i) {
    other <- which(d$study == d$study[i] & d$week == weeks[j])
    if (length(other) == 1) cov[i, other] else NA_real_
  }, 0)
write.csv(d, file.path(where, "meta_models.csv"), row.names = FALSE, na = "")
d$outcome <- factor(d$week)

# A quoted call, so that clubSandwich can read its formulas again.
tight <- function(call) {
  for (tol in 10 ^ -(12:7)) {
    call$data <- quote(d)
    call$control <- list(rel.tol = tol)
    f <- try(suppressWarnings(eval(call, globalenv())), silent = TRUE)
    if (!inherits(f, "try-error")) return(f)
  }
  NULL
}
describe <- function(f) list(beta = c(f$beta), se = f$se, zval = f$zval, pval = f$pval, ci_lb = f$ci.lb, ci_ub = f$ci.ub, tau2 = f$tau2, rho = f$rho,
  loglik = as.numeric(logLik(f)), fit = c(AIC(f), BIC(f), as.numeric(fitstats(f)["AICc:", 1])), QE = f$QE, QEp = f$QEp, QM = f$QM, QMp = f$QMp, vcov = vcov(f))
robust <- function(f, cluster, constraints) {
  out <- list()
  for (type in c("CR0", "CR1", "CR1p", "CR1S", "CR2")) {
    t <- as.data.frame(coef_test(f, vcov = type, cluster = cluster))
    w <- as.data.frame(Wald_test(f, constraints = constraints, vcov = type, cluster = cluster, test = "HTZ"))
    out[[type]] <- list(beta = t$beta, se = t$SE, t = t$tstat, df = t$df, p = t$p_Satt, wald = c(w$Fstat, w$df_num, w$df_denom, w$p_val))
  }
  out
}
small <- function(f) list(beta = f$reg_table$b.r, se = f$reg_table$SE, t = f$reg_table$t, df = f$reg_table$dfs, p = f$reg_table$prob,
  variances = c(f$mod_info$tau.sq, if (is.null(f$mod_info$omega.sq)) NA else f$mod_info$omega.sq))

out <- list()
for (struct in c("UN", "CS", "HCS", "ID", "DIAG", "AR", "HAR", "CAR")) for (method in c("REML", "ML")) for (means in c("outcome", "common")) {
  random <- if (struct == "CAR") ~ week | study else ~ outcome | study
  mods <- if (means == "outcome") ~ outcome + x - 1 else ~ x
  f <- tight(bquote(rma.mv(yi, cov, mods = .(mods), random = .(random), struct = .(struct), method = .(method))))
  if (!is.null(f)) out[[paste("multivariate", struct, method, means)]] <- describe(f)
}
f <- tight(quote(rma.mv(yi, cov, mods = ~ outcome + x - 1, random = ~ outcome | study, struct = "UN")))
out[["robust multivariate UN"]] <- robust(f, d$study, constrain_zero(1:4))
f <- tight(quote(rma.mv(yi, cov, mods = ~ x + z, random = ~ outcome | study, struct = "CS")))
out[["robust multivariate CS"]] <- robust(f, d$study, constrain_zero(2:3))
f <- rma(yi, vi, mods = ~ x + z, data = d, method = "DL")
out[["robust independent"]] <- robust(f, d$study, constrain_zero(2:3))
f <- tight(quote(rma.mv(yi, vi, mods = ~ x + z, random = ~ 1 | study/esid)))
out[["robust multilevel"]] <- robust(f, d$study, constrain_zero(2:3))
for (rho in c(0, 0.5, 0.8, 1))
  out[[paste("robu CORR", rho)]] <- small(robu(yi ~ x + z, data = d, studynum = study, var.eff.size = vi, rho = rho, modelweights = "CORR", small = TRUE))
out[["robu HIER"]] <- small(robu(yi ~ x + z, data = d, studynum = study, var.eff.size = vi, modelweights = "HIER", small = TRUE))
out[["robu CORR mean"]] <- small(robu(yi ~ 1, data = d, studynum = study, var.eff.size = vi, modelweights = "CORR", small = TRUE))
out[["robu HIER mean"]] <- small(robu(yi ~ 1, data = d, studynum = study, var.eff.size = vi, modelweights = "HIER", small = TRUE))

imhof <- function(q, lambda) {
  theta <- function(u) 0.5 * colSums(atan(outer(lambda, u))) - 0.5 * q * u
  rho <- function(u) exp(0.25 * colSums(log1p(outer(lambda, u) ^ 2)))
  0.5 + integrate(function(u) sin(theta(u)) / (u * rho(u)), 0, Inf, rel.tol = 1e-12, abs.tol = 1e-13, subdivisions = 5000)$value / pi
}
for (test in c("z", "t", "knha", "adhoc")) {
  f <- rma(yi, vi, weights = weight, data = d, method = "GENQ", test = test)
  p <- predict(f)
  out[[paste("genq", test)]] <- list(beta = c(f$beta), se = f$se, zval = f$zval, pval = f$pval, ci_lb = f$ci.lb, ci_ub = f$ci.ub, tau2 = f$tau2, se_tau2 = f$se.tau2,
    I2 = f$I2, H2 = f$H2, QE = f$QE, loglik = as.numeric(logLik(f)), pi = c(p$pi.lb, p$pi.ub))
}
a <- d$weight
P <- diag(a) - outer(a, a) / sum(a)
Q <- c(d$yi %*% P %*% d$yi)
tails <- c(0, 0.01, 0.05, 0.1, 0.3)
out[["genq tails"]] <- list(tau2 = tails, tail = vapply(tails, function(t) {
  S <- diag(sqrt(d$vi + t))
  imhof(Q, eigen(S %*% P %*% S, symmetric = TRUE, only.values = TRUE)$values[seq_len(nrow(d) - 1)])
}, 0))
writeLines(paste0("{\n", paste0('"', names(out), '": ', vapply(out, json, ""), collapse = ",\n"), "\n}"), file.path(where, "meta_models.json"))
