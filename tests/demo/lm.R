# lm.R - question 01 again with R's lm on the same rows.
#
#   Rscript lm.R ROWS.csv EDGES.csv QUESTION.csv
#
# ROWS: a row a subject (arm, site, baseline, improvement, mean_fd_mm, change = {z1,z2,...}).  EDGES: report.connection, every
# connection.  QUESTION: what sql/questions/01 printed.  All of it must follow from lm.
arguments <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(arguments[1])
edges <- read.csv(arguments[2])
asked <- read.csv(arguments[3])

z_change <- do.call(rbind, lapply(strsplit(gsub("[{}]", "", rows$change), ","), as.numeric))
stopifnot(ncol(z_change) == nrow(edges), !is.unsorted(edges$i * 1000 + edges$j))

near <- function(found, wanted, tolerance, what) {
  worst <- max(abs(found - wanted) / pmax(abs(wanted), 1e-300))
  if (!is.finite(worst) || worst > tolerance) stop(sprintf("%s differs by %g (allowed %g)", what, worst, tolerance))
  sprintf("%s %.1e", what, worst)
}

# One lm with all connections as responses; t of improvement from its own residuals.
design <- model.matrix(~ improvement + arm + site + baseline + mean_fd_mm, rows)
fit <- lm(z_change ~ improvement + arm + site + baseline + mean_fd_mm, rows)
df <- fit$df.residual
variance <- colSums(fit$residuals^2) / df * solve(crossprod(design))["improvement", "improvement"]
t <- fit$coefficients["improvement", ] / sqrt(variance)
p <- 2 * pt(-abs(t), df)
r <- t / sqrt(t^2 + df)

# The same by summary(lm()) for the strongest hundred, so that nothing here is our own algebra.
for (k in order(p)[1:100]) {
  s <- summary(lm(z_change[, k] ~ improvement + arm + site + baseline + mean_fd_mm, rows))$coefficients["improvement", ]
  stopifnot(abs(s["t value"] / t[k] - 1) < 1e-10, abs(s["Pr(>|t|)"] / p[k] - 1) < 1e-8)
}

said <- c(
  near(edges$t, t, 1e-9, "t"), near(edges$r, r, 1e-9, "r"), near(edges$p, p, 1e-8, "p"),
  near(edges$q, p.adjust(p, "BH"), 1e-8, "q"), near(edges$df, rep(df, length(p)), 0, "df"), near(edges$n, rep(nrow(rows), length(p)), 0, "n")
)

# What the question prints is these numbers, rounded, and exactly the connections below .05.
reported <- which(p.adjust(p, "BH") < 0.05)
at <- match(paste(asked$i, asked$j), paste(edges$i, edges$j))
stopifnot(setequal(at, reported), !is.unsorted(asked$p))
stopifnot(abs(asked$partial_r - r[at]) <= 0.5001e-4, abs(asked$t - t[at]) <= 0.5001e-3, asked$df == df, asked$n == nrow(rows))
invisible(near(asked$p, p[at], 1e-6, "printed p"))
invisible(near(asked$q, p.adjust(p, "BH")[at], 1e-6, "printed q"))
cat(sprintf("%d connections, %d reported; largest relative differences: %s\n", length(p), length(reported), paste(said, collapse = ", ")))
