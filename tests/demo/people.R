# people.R - HAMD-17 by arm and visit from single ratings, with R's own t intervals, against report.hamd_by_visit.
arguments <- commandArgs(trailingOnly = TRUE)
rating <- read.csv(arguments[1])
stated <- read.csv(arguments[2])

near <- function(found, wanted, what) {
  worst <- max(abs(found - wanted) / pmax(1, abs(wanted)))
  if (!is.finite(worst) || worst > 1e-12) stop(sprintf("%s differs by %g", what, worst))
}

baseline <- setNames(rating$total[rating$week == 0], rating$subject_id[rating$week == 0])
stopifnot(nrow(stated) == nrow(unique(rating[c("arm", "week")])))
for (row in seq_len(nrow(stated))) {
  s <- stated[row, ]
  here <- rating[rating$arm == s$arm & rating$week == s$week, ]
  test <- t.test(here$total)
  near(c(s$n, s$mean, s$sd, s$ci_lb, s$ci_ub), c(nrow(here), mean(here$total), sd(here$total), test$conf.int), paste(s$arm, s$week))
  near(s$remitters, sum(here$total <= 7), "remitters")
  if (s$week > 0) near(s$responders, sum(here$total <= baseline[as.character(here$subject_id)] / 2), "responders")
}
cat(sprintf("%d arms and visits\n", nrow(stated)))
