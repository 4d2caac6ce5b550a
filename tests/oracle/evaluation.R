# Writes tests/golden/evaluation: cases.csv (what tests/warehouse/model_evaluation.bats loads), auc.csv, pairs.csv and folds.csv (what pROC 1.18.0
# and R 4.2.2's stats say of them; Debian: r-cran-proc).  From the checkout:  Rscript tests/oracle/evaluation.R
suppressMessages(library(pROC))
folder <- "tests/golden/evaluation/"
set.seed(20261123)
n <- 90
cases <- data.frame(label = sprintf("s%03d", 1:n), site = c("gz", "cd", "bj")[1 + (1:n) %% 3], truth = runif(n) < 0.4, fold = 1 + (1:n * 7) %% 5)
for (model in c("lda", "svm", "forest", "knn"))
  cases[[model]] <- round(plogis(rnorm(n) + c(lda = 0.4, svm = 1, forest = 1.6, knn = 0.8)[[model]] * cases$truth - 0.4), 2) # two decimals: ties
cases$knn[c(3, 14, 15, 26)] <- NA
cases$lda[c(14, 77)] <- NA
head <- "# tests/oracle/evaluation.R, pROC 1.18.0"
save <- function(name, d) {
  for (column in names(d)) if (is.double(d[[column]])) d[[column]] <- ifelse(is.na(d[[column]]), "", sprintf("%.17g", d[[column]]))
  file <- file(paste0(folder, name), "w")
  writeLines(c(head, paste(names(d), collapse = ",")), file)
  write.table(d, file, sep = ",", row.names = FALSE, col.names = FALSE, quote = FALSE, na = "")
  close(file)
}
save("cases.csv", cases)
models <- c("lda", "svm", "forest", "knn")
curve <- function(truth, score) roc(truth, score, levels = c(FALSE, TRUE), direction = "<", quiet = TRUE)
auc <- do.call(rbind, lapply(models, function(m) {
  r <- curve(cases$truth, cases[[m]])
  ci <- ci.auc(r, method = "delong", conf.level = 0.9)
  data.frame(model = m, n = sum(!is.na(cases[[m]])), auc = as.numeric(auc(r)), lb = ci[1], ub = ci[3])
}))
save("auc.csv", auc)
folds <- do.call(rbind, lapply(models, function(m) {
  one <- t(sapply(1:5, function(f) { r <- curve(cases$truth[cases$fold == f], cases[[m]][cases$fold == f]); c(auc(r), var(r, method = "delong")) }))
  data.frame(model = m, mean = mean(one[, 1]), se = sqrt(sum(one[, 2])) / 5)
}))
save("folds.csv", folds)
pairs <- do.call(rbind, combn(models, 2, simplify = FALSE, FUN = function(m) {
  both <- !is.na(cases[[m[1]]]) & !is.na(cases[[m[2]]])
  a <- cases[[m[1]]][both]; b <- cases[[m[2]]][both]; truth <- cases$truth[both]
  t <- roc.test(curve(truth, a), curve(truth, b), method = "delong", paired = TRUE)
  right_a <- (a >= 0.5) == truth; right_b <- (b >= 0.5) == truth
  only <- c(sum(right_a & !right_b), sum(right_b & !right_a))
  data.frame(a = m[1], b = m[2], n = sum(both), auc_a = t$estimate[[1]], auc_b = t$estimate[[2]], statistic = t$statistic[[1]], p = t$p.value,
             right_a = only[1], right_b = only[2], mcnemar = if (sum(only) == 0) 1 else binom.test(only[1], sum(only))$p.value)
}))
pairs$p_holm <- p.adjust(pairs$p, "holm")
pairs$mcnemar_holm <- p.adjust(pairs$mcnemar, "holm")
save("pairs.csv", pairs)
