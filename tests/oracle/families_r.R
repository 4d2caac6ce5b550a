# Fits every model that psyrad_export.R takes and writes the exported documents with R's own answers, in the form of families.py.
#
#   apt-get install r-cran-e1071 r-cran-randomforest r-cran-mass r-cran-class r-cran-nnet r-cran-rpart r-cran-glmnet
#   Rscript tests/oracle/families_r.R tests/golden/families_r
suppressPackageStartupMessages({
  library(e1071); library(randomForest); library(MASS); library(class); library(nnet); library(rpart); library(glmnet)
})
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))
source(file.path(dirname(script), "..", "..", "src", "models", "psyrad_export.R"))
folder <- commandArgs(trailingOnly = TRUE)[1]
dir.create(folder, showWarnings = FALSE)
SCORED <- 12
set.seed(20261123)
n <- 100
x <- data.frame(age = rnorm(n, 40, 12), fa = rnorm(n, 0.4, 0.1), edge = rnorm(n), score = rnorm(n, 20, 5))
signal <- (x$age - 40) / 12 - 2 * x$edge * (x$fa > 0.35) + rnorm(n, 0, 0.7)
y2 <- factor(ifelse(signal > 0, "MDD", "HC"))
y3 <- factor(c("BD", "HC", "MDD")[1 + (signal > -0.7) + (signal > 0.7)])
train <- x[1:88, ]
test <- x[89:100, ]
version <- paste0("R ", getRversion())
manifest <- paste("# name, classes, features, decision values, probabilities, tolerance; tests/oracle/families_r.R with", version)
documents <- answers <- character(0)
number <- function(v) sprintf("%.17g", v)

write_model <- function(name, fit, label, decision = NULL, proba = NULL, tolerance = "1e-12", classes = 0, ...) {
  documents <<- c(documents, psyrad_export(fit, name, ...))
  blocks <- cbind(as.matrix(test), decision, proba)
  rows <- apply(blocks, 1, function(row) paste(number(row), collapse = ","))
  answers <<- c(answers, paste(label, rows, sep = ","))
  count <- function(b) if (is.null(b)) 0 else NCOL(b)
  manifest <<- c(manifest, paste(name, classes, ncol(test), count(decision), count(proba), tolerance, sep = ","))
}

regression <- function(name, fit, value, ...) write_model(name, fit, rep("-", SCORED), decision = as.vector(value), ...)

frame2 <- cbind(train, y = y2[1:88])
frame3 <- cbind(train, y = y3[1:88])
frame0 <- cbind(train, y = signal[1:88])
counts <- cbind(train, y = rpois(88, exp(signal[1:88] / 2)))

fit <- lm(y ~ ., frame0)
regression("lm", fit, predict(fit, test))
fit <- glm(y ~ ., gaussian, frame0)
regression("glm_gaussian", fit, predict(fit, test))
fit <- glm(y ~ ., poisson, counts)
regression("glm_poisson", fit, predict(fit, test, type = "response"))
fit <- glm(y ~ ., binomial, frame2)
p <- predict(fit, test, type = "response")
write_model("glm_binomial", fit, ifelse(p > 0.5, "MDD", "HC"), predict(fit, test), cbind(1 - p, p), classes = 2)
fit <- multinom(y ~ ., frame3, trace = FALSE)
write_model("multinom_3", fit, predict(fit, test), NULL, predict(fit, test, type = "probs"), classes = 3)
m <- as.matrix(train)
for (alpha in c(0, 1)) {
  fit <- glmnet(m, signal[1:88], alpha = alpha)
  regression(paste0("glmnet_gaussian_", alpha), fit, predict(fit, as.matrix(test), s = 0.05), s = 0.05)
}
fit <- glmnet(m, y2[1:88], family = "binomial")
p <- predict(fit, as.matrix(test), s = 0.02, type = "response")
write_model("glmnet_binomial", fit, ifelse(p > 0.5, "MDD", "HC"), predict(fit, as.matrix(test), s = 0.02), cbind(1 - p, p), classes = 2, s = 0.02)
fit <- glmnet(m, y3[1:88], family = "multinomial")
write_model("glmnet_multinomial", fit, predict(fit, as.matrix(test), s = 0.02, type = "class"),
            NULL, predict(fit, as.matrix(test), s = 0.02, type = "response")[, , 1], classes = 3, s = 0.02)

for (kernel in c("linear", "polynomial", "radial", "sigmoid")) {
  for (classes in 2:3) {
    frame <- if (classes == 2) frame2 else frame3
    fit <- svm(y ~ ., frame, kernel = kernel, probability = TRUE, coef0 = 0.3)
    answer <- predict(fit, test, decision.values = TRUE, probability = TRUE)
    raw <- attr(answer, "decision.values")
    proba <- attr(answer, "probabilities")[, fit$levels[fit$labels]]
    # Oriented to the second class, as model_decision is by default.
    # With probabilities e1071 gives the likeliest class, without them libsvm's own label.
    write_model(paste("svm", kernel, classes, sep = "_"), fit, predict(fit, test), if (classes == 2) -raw else raw, proba, classes = classes)
  }
  fit <- svm(y ~ ., frame0, kernel = kernel, coef0 = 0.3)
  regression(paste0("svr_", kernel), fit, predict(fit, test))
}
fit <- svm(y ~ ., frame2, type = "nu-classification", nu = 0.5, scale = c(TRUE, FALSE, TRUE, TRUE))
write_model("svm_nu_2", fit, predict(fit, test), -attr(predict(fit, test, decision.values = TRUE), "decision.values"), classes = 2)
fit <- svm(y ~ ., frame0, type = "nu-regression", scale = FALSE)
regression("svr_nu", fit, predict(fit, test))
fit <- svm(train, type = "one-classification", nu = 0.3)
write_model("svm_one_class", fit, predict(fit, test), attr(predict(fit, test, decision.values = TRUE), "decision.values"), classes = 2)

for (classes in 2:3) {
  frame <- if (classes == 2) frame2 else frame3
  fit <- naiveBayes(y ~ ., frame)
  write_model(paste0("naive_bayes_", classes), fit, predict(fit, test), NULL, predict(fit, test, type = "raw"), classes = classes)
  fit <- lda(y ~ ., frame)
  answer <- predict(fit, test)
  write_model(paste0("lda_", classes), fit, answer$class, NULL, answer$posterior, classes = classes)
  fit <- qda(y ~ ., frame)
  answer <- predict(fit, test)
  write_model(paste0("qda_", classes), fit, answer$class, NULL, answer$posterior, classes = classes)
  k <- if (classes == 2) 5 else 1 # no equal votes, which R decides by chance
  write_model(paste0("knn_", classes), psyrad_knn(train, frame$y, k), knn(train, test, frame$y, k), classes = classes)
  fit <- randomForest(y ~ ., frame, ntree = 7, maxnodes = 10)
  write_model(paste0("random_forest_", classes), fit, predict(fit, test), NULL, predict(fit, test, type = "prob"), "0", classes = classes)
  fit <- rpart(y ~ ., frame)
  write_model(paste0("rpart_", classes), fit, predict(fit, test, type = "class"), NULL, predict(fit, test, type = "prob"), "0", classes = classes)
  fit <- nnet(y ~ ., data.frame(scale(train), y = frame$y), size = 3, trace = FALSE, maxit = 40, decay = 0.1)
  held <- test
  test <- as.data.frame(scale(test, colMeans(train), apply(train, 2, sd)))
  p <- predict(fit, test)
  write_model(paste0("nnet_", classes), fit, predict(fit, test, type = "class"), NULL, if (classes == 2) cbind(1 - p, p) else p, classes = classes)
  test <- held
}
fit <- randomForest(y ~ ., frame0, ntree = 7, maxnodes = 10)
regression("random_forest", fit, predict(fit, test), tolerance = "0")
fit <- rpart(y ~ ., frame0)
regression("rpart", fit, predict(fit, test), tolerance = "0")
fit <- nnet(y ~ ., data.frame(scale(train), y = signal[1:88]), size = 4, linout = TRUE, trace = FALSE, maxit = 40, decay = 0.1)
test <- as.data.frame(scale(test, colMeans(train), apply(train, 2, sd)))
regression("nnet", fit, predict(fit, test))

writeLines(manifest, file.path(folder, "models.csv"))
writeLines(documents, file.path(folder, "documents.jsonl"))
writeLines(answers, file.path(folder, "answers.csv"))

# What cannot be expressed is refused by name.
must_refuse <- function(expected, fit) {
  message <- tryCatch({ psyrad_export(fit, "refused"); "exported" }, error = conditionMessage)
  if (!grepl(expected, message, fixed = TRUE)) stop("expected a refusal with \"", expected, "\", found: ", message)
}
must_refuse("is not a numeric variable", lm(y ~ age * edge, frame0))
must_refuse("is not a numeric variable", glm(y ~ age + cut, binomial, cbind(frame2, cut = factor(train$age > 40))))
must_refuse("binomial probit is not supported", glm(y ~ age, binomial("probit"), frame2))
must_refuse("loess is not supported", loess(y ~ age, frame0))
must_refuse("offset", glm(y ~ age + offset(edge), poisson, counts))
cat(length(documents), "models\n")
