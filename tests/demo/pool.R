# pool.R - question 07 by hand: REML from its score equation, normal and Knapp-Hartung intervals (metafor's definitions).
arguments <- commandArgs(trailingOnly = TRUE)
trial <- read.csv(arguments[1])
stated <- read.csv(arguments[2])

yi <- trial$m1 - trial$m2
vi <- trial$sd1^2 / trial$n1 + trial$sd2^2 / trial$n2
k <- length(yi)
score <- function(tau2) {
  w <- 1 / (vi + tau2)
  mu <- sum(w * yi) / sum(w)
  sum(w^2 * (yi - mu)^2) - sum(w) + sum(w^2) / sum(w)
}
tau2 <- if (score(0) <= 0) 0 else uniroot(score, c(0, 10 * var(yi)), tol = 1e-15)$root
w <- 1 / (vi + tau2)
mu <- sum(w * yi) / sum(w)
fixed <- 1 / vi
q <- sum(fixed * (yi - sum(fixed * yi) / sum(fixed))^2)
typical <- (k - 1) * sum(fixed) / (sum(fixed)^2 - sum(fixed^2))
wanted <- function(se, critical, p) c(
  estimate = mu, se = se, ci_lb = mu - critical * se, ci_ub = mu + critical * se, p = p,
  pi_lb = mu - critical * sqrt(tau2 + se^2), pi_ub = mu + critical * sqrt(tau2 + se^2),
  tau2 = tau2, i2 = 100 * tau2 / (tau2 + typical), q = q, q_p = pchisq(q, k - 1, lower.tail = FALSE))
z_se <- sqrt(1 / sum(w))
knha_se <- sqrt(sum(w * (yi - mu)^2) / (k - 1) / sum(w))
expected <- list(z = wanted(z_se, qnorm(.975), 2 * pnorm(-abs(mu / z_se))),
  knha = wanted(knha_se, qt(.975, k - 1), 2 * pt(-abs(mu / knha_se), k - 1)))

worst <- 0
for (test in names(expected)) {
  found <- unlist(stated[stated$test == test, names(expected[[test]])])
  difference <- max(abs(found / expected[[test]] - 1))
  if (!is.finite(difference) || difference > 1e-8) stop(sprintf("%s differs by %g", test, difference))
  worst <- max(worst, difference)
}
cat(sprintf("k = %d, tau2 = %.6f; largest relative difference %.1e\n", k, tau2, worst))
