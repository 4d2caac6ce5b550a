# sites.R - question 24 again: R's lm without each site, and over Fisher z that ComBat (Johnson, Li and Rabinovic 2007, written out here)
# harmonised between sites.
#
#   Rscript sites.R ROWS.csv SENSITIVITY.csv QUESTION.csv
#
# ROWS: a row a subject (arm, site, baseline, improvement, mean_fd_mm, change = {z1,...}, before and after alike).  SENSITIVITY:
# report.connection_sensitivity, every connection.  QUESTION: what sql/questions/24 printed.
arguments <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(arguments[1])
stated <- read.csv(arguments[2])
asked <- read.csv(arguments[3])
stopifnot(!is.unsorted(stated$i * 1000 + stated$j))
vectors <- function(text) do.call(rbind, lapply(strsplit(gsub("[{}]", "", text), ","), as.numeric))
before <- vectors(rows$before)
after <- vectors(rows$after)

# Partial correlation of every column with improvement, and its p.
partial <- function(edges, rows) {
  covariates <- c("improvement", "arm", if (length(unique(rows$site)) > 1) "site", "baseline", "mean_fd_mm")
  formula <- reformulate(covariates, response = quote(edges))
  fit <- lm(formula, rows)
  design <- model.matrix(fit)
  t <- fit$coefficients["improvement", ] / sqrt(colSums(fit$residuals^2) / fit$df.residual * solve(crossprod(design))["improvement", "improvement"])
  list(r = t / sqrt(t^2 + fit$df.residual), p = 2 * pt(-abs(t), fit$df.residual))
}

# data: features in columns.  Parametric empirical Bayes; protected holds the covariates without an intercept.
combat <- function(data, site, protected) {
  batch <- model.matrix(~ 0 + factor(site))
  design <- cbind(batch, protected)
  beta <- solve(crossprod(design), crossprod(design, data))
  sites <- seq_len(ncol(batch))
  stand <- matrix(colMeans(batch) %*% beta[sites, ], nrow(data), ncol(data), byrow = TRUE) + protected %*% beta[-sites, ]
  pooled <- sqrt(colMeans((data - design %*% beta)^2))
  z <- sweep(data - stand, 2, pooled, "/")
  for (k in sites) {
    own <- batch[, k] == 1
    n <- sum(own)
    gamma_hat <- colMeans(z[own, ])
    delta_hat <- apply(z[own, ], 2, var)
    a <- (2 * var(delta_hat) + mean(delta_hat)^2) / var(delta_hat)
    b <- (mean(delta_hat) * var(delta_hat) + mean(delta_hat)^3) / var(delta_hat)
    gamma <- gamma_hat
    delta <- delta_hat
    repeat {
      next_gamma <- (var(gamma_hat) * n * gamma_hat + delta * mean(gamma_hat)) / (var(gamma_hat) * n + delta)
      next_delta <- (0.5 * colSums(sweep(z[own, ], 2, next_gamma)^2) + b) / (n / 2 + a - 1)
      moved <- max(abs(next_gamma - gamma) / abs(gamma), abs(next_delta - delta) / delta)
      gamma <- next_gamma
      delta <- next_delta
      if (moved < 1e-4) break
    }
    z[own, ] <- sweep(sweep(z[own, ], 2, gamma), 2, sqrt(delta), "/")
  }
  sweep(z, 2, pooled, "*") + stand
}

near <- function(found, wanted, tolerance, what) {
  worst <- max(abs(found - wanted))
  if (!is.finite(worst) || worst > tolerance) stop(sprintf("%s differs by %g (allowed %g)", what, worst, tolerance))
  sprintf("%s %.1e", what, worst)
}

change <- vectors(rows$change)
whole <- partial(change, rows)
sites <- sort(unique(rows$site), method = "radix")
left <- lapply(sites, function(s) partial(change[rows$site != s, ], rows[rows$site != s, ]))
along <- sapply(left, function(x) x$r * sign(whole$r))
weakest <- max.col(-along, ties.method = "first")
pick <- function(name) sapply(left, function(x) x[[name]])[cbind(seq_along(weakest), weakest)]
held <- rowSums(along > 0 & sapply(left, function(x) x$p) < 0.05)

n <- nrow(rows)
twice <- rows[rep(seq_len(n), 2), ]
protected <- model.matrix(~ arm + improvement + baseline + mean_fd_mm, twice)[, -1]
harmonised <- combat(rbind(before, after), twice$site, cbind(protected, rep(0:1, each = n)))
same <- partial(harmonised[n + seq_len(n), ] - harmonised[seq_len(n), ], rows)

# Edges are stored as float4, so that what was harmonised agrees to seven digits of a Fisher z.
said <- c(
  near(stated$r, whole$r, 1e-9, "r"), near(stated$weakest_r, pick("r"), 1e-9, "weakest r"), near(stated$weakest_p, pick("p"), 1e-9, "weakest p"),
  near(stated$sites_held, held, 0, "held"), near(stated$combat_r, same$r, 1e-6, "ComBat r")
)
stopifnot(all(stated$weakest_without == sites[weakest]))
q <- p.adjust(whole$p, "BH")
combat_q <- p.adjust(same$p, "BH")
at <- match(paste(asked$region_a, asked$region_b), paste(stated$region_i, stated$region_j))
stopifnot(setequal(at, which(q < 0.05)), nrow(asked) > 0)
survives <- held == length(sites) & sign(same$r) == sign(whole$r) & combat_q < 0.05
stopifnot((asked$survives == "t") == survives[at], abs(asked$partial_r - whole$r[at]) < 0.5001e-4)
cat(sprintf("%d connections, %d of %d survive; largest differences: %s\n", length(q), sum(survives[at]), nrow(asked), paste(said, collapse = ", ")))
