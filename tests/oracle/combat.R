# combat.R: tests/golden/combat_sva.csv, the variants of combat.py that R's sva (Debian: r-bioc-sva 3.46.0) has, on the rows of
# tests/golden/combat.csv.  Rscript tests/oracle/combat.R > tests/golden/combat_sva.csv
suppressMessages(library(sva))
lines <- readLines("tests/golden/combat.csv")
rows <- do.call(rbind, lapply(strsplit(lines[startsWith(lines, "row,")], ","), function(f) as.numeric(f[-1])))
x <- t(rows[, -(1:3)])
batch <- rows[, 1]
mod <- model.matrix(~ rows[, 2] + rows[, 3])
show <- function(label, y) for (r in seq_len(ncol(y))) cat(label, ",", paste(sprintf("%.17g", y[, r]), collapse = ","), "\n", sep = "")
combat <- function(...) suppressMessages(ComBat(x, batch, ...))
cat("# made by tests/oracle/combat.R\n")
show("eb", combat(mod))
show("eb_plain", combat())
show("mean_only", combat(mod, mean.only = TRUE))
show("reference", combat(mod, ref.batch = "1"))
show("reference_mean_only", combat(mod, ref.batch = "1", mean.only = TRUE))
