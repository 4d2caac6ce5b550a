# mmrm.R: prints tests/golden/mmrm.csv, the HAMD-17 trial by nlme::gls (unstructured covariance, REML), run to a tight tolerance.
#   Rscript tests/oracle/mmrm.R > tests/golden/mmrm.csv
library(nlme)
d <- read.csv("../shared/data/clinical/hamd17_antidepressant_trial/antidepressant_data.csv")
d$V <- factor(d$VISIT); d$T <- factor(d$THERAPY)
d$B <- d$BASVAL - mean(d$BASVAL[!duplicated(d$PATIENT)])
fit <- function(formula) gls(formula, d, correlation = corSymm(form = ~ as.integer(V) | PATIENT), weights = varIdent(form = ~ 1 | V), method = "REML",
	control = glsControl(tolerance = 1e-13, msTol = 1e-15, maxIter = 500, msMaxIter = 1000, opt = "optim", optimMethod = "BFGS"))
week <- c(1, 2, 4, 6)
means <- fit(HAMDTL17 ~ 0 + V:T + V:B)
d$T <- relevel(d$T, "PLACEBO")
differences <- fit(HAMDTL17 ~ 0 + V + V:T + V:B)
cat("# Rscript tests/oracle/mmrm.R (nlme", as.character(packageVersion("nlme")), ")\nquantity,week,arm,estimate,se,df,t,p\n")
row <- function(quantity, name, arm, f, w) { s <- summary(f)$tTable[name, ]
	cat(quantity, week[w], arm, paste(sprintf("%.12g", c(s[1], s[2], f$dims$N - f$dims$p, s[3], s[4])), collapse = ","), sep = ","); cat("\n") }
for (w in 1:4) {
	for (arm in c("DRUG", "PLACEBO")) row("adjusted mean", paste0("V", w + 3, ":T", arm), arm, means, w)
	row("difference", paste0("V", w + 3, ":TDRUG"), "DRUG", differences, w)
}
S <- means$sigma * coef(means$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
for (w in 1:4) cat(paste("residual SD", week[w], "", sprintf("%.12g", S[as.character(w + 3)]), "", "", "", "", sep = ","), "\n", sep = "")
