# questions_replication.R - question 1 over several studies, by lm, p.adjust and metafor's formula for two studies written out.
#
#   Rscript questions_replication.R ROWS.csv QUESTION.csv VIEW.csv
#
# ROWS: a row a subject (study, atlas, asked, arm, site, baseline, improvement, mean_fd_mm, change = {z1,z2,...}); QUESTION: what sql/questions/01
# printed; VIEW: report.connection_replicated.  Every connection of every study is tested again here.
arguments <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(arguments[1]); question <- read.csv(arguments[2]); view <- read.csv(arguments[3])

test_study <- function(of) {
  z_change <- do.call(rbind, lapply(strsplit(gsub("[{}]", "", of$change), ","), as.numeric))
  regions <- (1 + sqrt(1 + 8 * ncol(z_change))) / 2
  pairs <- do.call(rbind, lapply(seq_len(regions - 1), function(i) cbind(i = i, j = (i + 1):regions)))
  one <- function(k) {
    s <- summary(lm(z_change[, k] ~ improvement + arm + site + baseline + mean_fd_mm, of))
    t <- s$coefficients["improvement", "t value"]
    c(r = t / sqrt(t^2 + s$df[2]), df = s$df[2], p = s$coefficients["improvement", "Pr(>|t|)"])
  }
  tested <- as.data.frame(t(sapply(seq_len(ncol(z_change)), one)))
  data.frame(study = of$study[1], atlas = of$atlas[1], asked = of$asked[1] == "t", pairs, tested, q = p.adjust(tested$p, "BH"))
}
edges <- do.call(rbind, lapply(split(rows, paste(rows$study, rows$atlas)), test_study))
asked <- edges[edges$asked, ]

# Two studies: REML's tau2 is (y1 - y2)^2 / 2 less the mean variance, or 0.
pool <- function(atlas, i, j) {
  s <- asked[asked$atlas == atlas & asked$i == i & asked$j == j, ]
  if (nrow(s) < 2) return(c(NA, NA, NA, NA))
  stopifnot(nrow(s) == 2)
  y <- atanh(s$r); v <- 1 / (s$df - 1); w <- 1 / (v + max(0, (y[1] - y[2])^2 / 2 - mean(v)))
  mean <- sum(w * y) / sum(w); se <- 1 / sqrt(sum(w))
  c(tanh(mean), tanh(mean - qnorm(0.975) * se), tanh(mean + qnorm(0.975) * se), 2 * pnorm(-abs(mean / se)))
}
found_in <- function(e) sum(asked$atlas == e$atlas & asked$i == e$i & asked$j == e$j & asked$q < 0.05 & sign(asked$r) == sign(e$r))
edges$found_in <- sapply(seq_len(nrow(edges)), function(k) found_in(edges[k, ]))
pooled <- t(sapply(seq_len(nrow(edges)), function(k) pool(edges$atlas[k], edges$i[k], edges$j[k])))

key <- function(x) paste(x$study, x$atlas, x$i, x$j)
at <- match(key(view), key(edges))
near <- function(a, b, tolerance) stopifnot(identical(is.na(a), is.na(b)), all(abs(a - b) <= tolerance * pmax(abs(b), 1e-6), na.rm = TRUE))
stopifnot(nrow(view) == nrow(edges), !anyNA(at), all(view$found_in == edges$found_in[at]))
near(view$pooled_r, pooled[at, 1], 1e-6); near(view$pooled_ci_lb, pooled[at, 2], 1e-6); near(view$pooled_ci_ub, pooled[at, 3], 1e-6); near(view$pooled_p, pooled[at, 4], 1e-5)
near(view$q, edges$q[at], 1e-8)

wanted <- which(edges$q < 0.05)
asked_at <- match(paste(question$study, question$i, question$j), paste(edges$study, edges$i, edges$j))
stopifnot(setequal(asked_at, wanted), nrow(question) == length(wanted))
stopifnot(identical(question$replicated == "t", edges$found_in[asked_at] >= 2))
n_studies <- sapply(asked_at, function(k) sum(asked$atlas == edges$atlas[k] & asked$i == edges$i[k] & asked$j == edges$j[k]))
stopifnot(question$found_in == sprintf("%d of %d", edges$found_in[asked_at], n_studies))
near(question$partial_r, round(edges$r[asked_at], 4), 1e-3); near(question$pooled_r, round(pooled[asked_at, 1], 4), 1e-3)
stopifnot(!is.unsorted(-(question$replicated == "t")))
cat(sprintf("%d tested, %d found, %d rows replicated", nrow(edges), length(wanted), sum(question$replicated == "t")))
