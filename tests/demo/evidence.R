# evidence.R - questions 08, 09, 17 and 23 by hand from the files of the simulated trials: REML maximised here, Knapp-Hartung and
# Egger by their formulas, the rules of which effect is taken applied again.
arguments <- commandArgs(trailingOnly = TRUE)
effects <- read.csv(file.path(arguments[1], "effects.csv"), check.names = FALSE)
judged <- read.csv(file.path(arguments[1], "risk_of_bias.csv"))
asked <- function(number) read.csv(file.path(arguments[2], paste0(number, ".csv")))
worst <- 0
same <- function(what, found, expected, digits) {
  difference <- max(abs(as.numeric(found) - expected))
  worst <<- max(worst, difference / 10^-digits)
  if (!is.finite(difference) || difference > 0.5000001 * 10^-digits) stop(sprintf("%s is %s instead of %s", what, paste(found, collapse = " "), paste(expected, collapse = " ")))
}

# yi on the columns of X: REML, z and Knapp-Hartung.
fit <- function(yi, vi, X = matrix(1, length(yi))) {
  k <- length(yi); p <- ncol(X)
  at <- function(tau2) {
    W <- diag(1 / (vi + tau2), k)
    V <- solve(t(X) %*% W %*% X)
    b <- V %*% t(X) %*% W %*% yi
    r <- yi - X %*% b
    P <- W - W %*% X %*% V %*% t(X) %*% W
    list(b = b, V = V, P = P, q = sum(r^2 / (vi + tau2)), score = drop(t(yi) %*% P %*% P %*% yi) - sum(diag(P)))
  }
  tau2 <- if (at(0)$score <= 0) 0 else uniroot(function(x) at(x)$score, c(0, 100 * var(yi)), tol = 1e-14)$root
  a <- at(tau2)
  hs <- if (k > p) a$q / (k - p) else NA
  list(k = k, b = drop(a$b), se = sqrt(diag(a$V)), kse = sqrt(hs * diag(a$V)), tau2 = tau2, df = k - p)
}
ci <- function(f, test, j = 1) {
  half <- if (test == "z") qnorm(.975) * f$se[j] else qt(.975, f$df) * f$kse[j]
  f$b[j] + c(-1, 1) * half
}

taken <- subset(effects, intervention == "EA" & timing == "post" & !is.na(n1))
taken$yi <- taken$m1 - taken$m2
taken$vi <- taken$sd1^2 / taken$n1 + taken$sd2^2 / taken$n2
stopifnot(nrow(taken) == 12, !anyDuplicated(taken$study))

# 08
found <- asked("08")
for (test in c("z", "knha")) {
  groups <- split(taken, taken[["mod:waveform"]])
  fits <- lapply(groups, function(g) fit(g$yi, g$vi))
  for (name in names(groups)) {
    row <- found[found$interval == test & found$waveform == name, ]
    same(paste("08 md", name), row$md, fits[[name]]$b, 2)
    same(paste("08 interval", name), c(row$ci_lb, row$ci_ub), ci(fits[[name]], test), 2)
    same(paste("08 tau2", name), row$tau2, fits[[name]]$tau2, 2)
    stopifnot(row$k == nrow(groups[[name]]))
  }
  b <- sapply(fits, `[[`, "b"); v <- sapply(fits, function(f) if (test == "z") f$se else f$kse)^2
  q <- sum((b - sum(b / v) / sum(1 / v))^2 / v)
  same("08 Q-between", unique(found$q_between[found$interval == test]), q, 3)
}

# 09
found <- asked("09")
for (name in c("frequency_hz", "sessions", "gv20")) {
  x <- switch(name, gv20 = as.numeric(taken[["mod:GV20"]] == "yes"), taken[[paste0("mod:", name)]])
  f <- fit(taken$yi, taken$vi, cbind(1, x))
  row <- found[found$moderator == name, ]
  same(paste("09 slope", name), row$slope, f$b[2], 4)
  same(paste("09 interval", name), c(row$ci_lb, row$ci_ub), ci(f, "knha", 2), 4)
  same(paste("09 tau2", name), row$tau2, f$tau2, 2)
  same(paste("09 r2", name), row$r2, 100 * max(0, 1 - f$tau2 / fit(taken$yi, taken$vi)$tau2), 1)
}

# 17
row <- subset(asked("17"), intervention == "EA")
every <- fit(taken$yi, taken$vi)
small <- pmin(taken$n1, taken$n2) < 20
weight <- 1 / (taken$vi + every$tau2)
stopifnot(sum(small) > 0, row$k == 12, row$small == sum(small), row$n_not_reported == length(unique(effects$study[effects$timing == "post" & is.na(effects$n1)])))
same("17 people", row$people_small, 100 * sum((taken$n1 + taken$n2)[small]) / sum(taken$n1 + taken$n2), 1)
same("17 weight", row$weight_small, 100 * sum(weight[small]) / sum(weight), 1)
same("17 without small", row$md_without_small, fit(taken$yi[!small], taken$vi[!small])$b, 2)
egger <- summary(lm(yi ~ sqrt(vi), weights = 1 / vi, data = taken))$coefficients[2, ]
same("17 Egger's t", row$egger, egger[["t value"]], 2)
same("17 Egger's p", row$egger_p, egger[["Pr(>|t|)"]], 6)

# 23: what stands is the consensus, else what both say.
overall <- subset(judged, domain == "overall")
standing <- sapply(taken$study, function(s) {
  own <- overall[overall$study == s, ]
  agreed <- own$judgement[own$consensus == "yes"]
  if (length(agreed)) agreed else unique(own$judgement)
})
stopifnot(is.character(standing), sum(standing == "high") > 0)
row <- asked("23")
rest <- standing != "high"
f <- fit(taken$yi[rest], taken$vi[rest])
stopifnot(nrow(row) == 1, row$certainty == "low", row$k == 12, row$k_rest == sum(rest))
counts <- table(standing)
stopifnot(row$risk == paste(counts, names(counts), collapse = ", "))
same("23 all", row$md, every$b, 2)
same("23 rest", c(row$md_rest, row$ci_lb_rest, row$ci_ub_rest), c(f$b, ci(f, "knha")), 2)
cat(sprintf("12 trials, %d small, %d at high risk; largest difference %.2f of the last digit\n", sum(small), sum(!rest), worst))
