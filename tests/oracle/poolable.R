# poolable.R: which effects of a real table of trials are pooled, by the rules of evidence.poolable written again, and what metafor makes of them.
#   Rscript tests/oracle/poolable.R ../shared/data/metaanalysis/metapsy/depressionPsyCtr.csv tests/golden       (metafor 3.8-1, R 4.2.2, Debian 12)
# Reads metapsy's depressionPsyCtr (github.com/metapsy-project, MIT, (c) 2024 Mathias Harrer), which lists every comparison in both directions.
# Writes poolable.csv (the effects that are pooled) and poolable_pooled.csv.
suppressMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1], check.names = FALSE, fileEncoding = "latin1")
to <- function(name) file.path(arguments[2], name)

# A comparison in the direction treatment against control; what is listed the other way round is the same.
controls <- c(wl = "waiting_list", cau = "usual_care", "other ctr" = "other")
d <- d[d$condition_arm2 %in% names(controls) & !d$condition_arm1 %in% names(controls), ]
d$type <- ifelse(d$outcome_type == "msd", "final", ifelse(d$outcome_type == "change", "change", "event"))
for (arm in 1:2) for (q in c("n", "mean", "sd"))
  d[[paste0(q, arm)]] <- ifelse(d$type == "change", d[[paste0(q, "_change_arm", arm)]], d[[paste0(q, "_arm", arm)]])
d$arm1 <- ifelse(d$multi_arm1 == "" | is.na(d$multi_arm1), d$condition_arm1, d$multi_arm1)
d$arm2 <- ifelse(d$multi_arm2 == "" | is.na(d$multi_arm2), d$condition_arm2, d$multi_arm2)
d <- d[d$type != "event" & !is.na(d$n1) & !is.na(d$sd1), ]

# Of a study one instrument: HAMD without its version before PHQ-9, then by name.
place <- ifelse(d$instrument == "hdrs", 1, ifelse(d$instrument == "phq-9", 2, 3))
Sys.setlocale("LC_COLLATE", "C")
d <- d[order(d$type, d$study, place, d$instrument, d$arm1), ]
d <- d[d$instrument == d$instrument[match(paste(d$type, d$study), paste(d$type, d$study))], ]
stopifnot(!anyDuplicated(d[c("type", "study", "arm1")]))
# The arms of a trial share its control group.
d$shared <- ave(seq_len(nrow(d)), d$type, d$study, d$arm2, d$n2, d$mean2, d$sd2, FUN = length)
d$share <- d$n2 / d$shared
e <- escalc("SMD", m1i = mean1, sd1i = sd1, n1i = n1, m2i = mean2, sd2i = sd2, n2i = share, data = d)
number <- function(x) sprintf("%.17g", x)
write.csv(data.frame(outcome_type = e$type, study = e$study, arm = e$arm1, control = e$arm2, comparator = controls[e$condition_arm2], instrument = e$instrument, shared_by = e$shared,
  n1 = e$n1, n2 = number(e$share), yi = number(e$yi), vi = number(e$vi)), to("poolable.csv"), row.names = FALSE, quote = c(2, 3, 4, 6))
pooled <- NULL
for (type in unique(e$type)) for (test in c("z", "knha")) {
  s <- e$type == type
  if (sum(s) == 1 && test == "knha") next
  r <- rma(as.numeric(e$yi)[s], as.numeric(e$vi)[s], test = test, control = list(threshold = 1e-13, maxiter = 10000))
  pooled <- rbind(pooled, data.frame(outcome_type = type, test = test, k = r$k, n = number(sum((e$n1 + e$share)[s])), estimate = number(r$b), se = number(r$se),
    ci_lb = number(r$ci.lb), ci_ub = number(r$ci.ub), tau2 = number(r$tau2)))
}
write.csv(pooled, to("poolable_pooled.csv"), row.names = FALSE, quote = FALSE)
