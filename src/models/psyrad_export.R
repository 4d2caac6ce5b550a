# psyrad_export.R: models that R fitted as psyrad-json (PSYRAD_JSON.md), with every double exact.  Base R; each package only for its models.
#
#   source("psyrad_export.R")
#   writeLines(psyrad_export(fit, name = "MDD against controls", positive = "MDD"), "model.json")
#
# Taken: lm, glm (binomial logit, gaussian, poisson log), multinom, glmnet and cv.glmnet (gaussian, binomial, multinomial; s = lambda),
# e1071's svm (every type and kernel) and naiveBayes (numeric), randomForest, MASS's lda and qda, nnet, rpart; class's knn, which has no
# object of its own, through psyrad_knn(train, cl, k).  Predictors are numbers, one feature each: factors, interactions, offsets and whatever
# psyrad-json cannot express are refused by name.
#
# Where R leaves a choice to chance, the first class has it: equal votes of randomForest, and equal posteriors of lda and qda.  Its knn takes
# all rows at the k-th distance, psyrad-json the first ones.  Its nnet cuts the logistic off beyond 15, where it is 3e-7 from 0 or 1; its
# naiveBayes takes a density that underflows for 0.001.

# ---- writing JSON ------------------------------------------------------------------------------------------------------------------------

json_text <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  for (code in 1:31) x <- gsub(intToUtf8(code), sprintf("\\u%04x", code), x, fixed = TRUE)
  paste0("\"", x, "\"")
}

# Vectors are arrays, matrices arrays of rows, named lists objects; I() marks what stands alone.
json <- function(x) {
  if (is.list(x) && !is.null(names(x))) return(paste0("{", paste0(json_text(names(x)), ": ", vapply(x, json, ""), collapse = ", "), "}"))
  if (is.list(x)) return(paste0("[", paste0(vapply(x, json, ""), collapse = ", "), "]"))
  if (is.matrix(x)) return(paste0("[", paste0(apply(x, 1, function(row) json(as.vector(row))), collapse = ", "), "]"))
  if (is.numeric(x) && !all(is.finite(x))) stop("psyrad_export: the model has a number that is not finite", call. = FALSE)
  cells <- if (is.character(x)) json_text(as.vector(x)) else sprintf("%.17g", as.vector(x))
  if (inherits(x, "AsIs")) cells else paste0("[", paste0(cells, collapse = ", "), "]")
}

one <- function(x) I(as.vector(x))

refuse <- function(...) stop("psyrad_export: ", ..., call. = FALSE)

# ---- linear models -----------------------------------------------------------------------------------------------------------------------

# The predictors of a formula's terms, which must be numbers on their own.
plain_terms <- function(fit) {
  terms <- stats::terms(fit)
  labels <- attr(terms, "term.labels")
  classes <- attr(terms, "dataClasses")[labels]
  if (length(attr(terms, "offset")) > 0) refuse("a model with an offset is not supported")
  if (any(is.na(classes)) || any(classes != "numeric"))
    refuse("the term ", labels[is.na(classes) | classes != "numeric"][1], " is not a numeric variable on its own")
  labels
}

split_intercept <- function(coef, features) {
  coef[is.na(coef)] <- 0 # aliased, as predict has them
  list(intercept = if ("(Intercept)" %in% names(coef)) coef[["(Intercept)"]] else 0, coef = unname(coef[features]))
}

AVERAGE <- list(kind = one("ensemble"), combine = one("average"))

linear_estimator <- function(part) list(kind = one("linear"), coef = rbind(part$coef), intercept = part$intercept)

response_levels <- function(fit) {
  y <- stats::model.response(stats::model.frame(fit))
  if (is.factor(y)) levels(y) else if (all(y %in% c(0, 1))) c("0", "1") else refuse("a response that is neither a factor nor 0 and 1")
}

export_lm <- function(fit) {
  features <- plain_terms(fit)
  list(features = features, steps = list(), estimator = linear_estimator(split_intercept(stats::coef(fit), features)))
}

export_glm <- function(fit) {
  features <- plain_terms(fit)
  part <- split_intercept(stats::coef(fit), features)
  family <- paste(fit$family$family, fit$family$link)
  if (family == "gaussian identity") return(list(features = features, steps = list(), estimator = linear_estimator(part)))
  if (family == "poisson log")
    return(list(features = features, estimator = AVERAGE,
                steps = list(list(kind = one("predict"), give = one("value"), estimator = linear_estimator(part)),
                             list(kind = one("function"), name = one("exp")))))
  if (family != "binomial logit") refuse("glm of ", family, " is not supported (binomial logit, gaussian identity, poisson log)")
  list(features = features, steps = list(), classes = response_levels(fit),
       estimator = list(kind = one("logistic"), coef = rbind(part$coef), intercept = part$intercept))
}

export_multinom <- function(fit) {
  features <- plain_terms(fit)
  rows <- stats::coef(fit)
  if (is.null(dim(rows))) {
    part <- split_intercept(rows, features)
    coef <- rbind(part$coef)
    intercept <- part$intercept
  } else {
    parts <- apply(rows, 1, split_intercept, features, simplify = FALSE)
    coef <- rbind(0, do.call(rbind, lapply(parts, `[[`, "coef")))
    intercept <- c(0, vapply(parts, `[[`, 0, "intercept"))
  }
  list(features = features, steps = list(), classes = fit$lev,
       estimator = list(kind = one("logistic"), coef = unname(coef), intercept = unname(intercept)))
}

export_glmnet <- function(fit, s) {
  if (is.null(s) || length(s) != 1) refuse("say for which lambda: s = ...")
  if (fit$offset) refuse("a model with an offset is not supported")
  # coef.glmnet hands on to the class's own method.
  found <- stats::coef(fit, s = s)
  parts <- lapply(if (is.list(found)) found else list(found), function(b) as.matrix(b)[, 1])
  features <- setdiff(rownames(if (is.list(found)) found[[1]] else found), c("(Intercept)", ""))
  parts <- lapply(parts, function(b) list(intercept = unname(b[1]), coef = unname(b[-1])))
  out <- list(features = features, steps = list())
  if (inherits(fit, "elnet")) return(c(out, list(estimator = linear_estimator(parts[[1]]))))
  if (!inherits(fit, "lognet") && !inherits(fit, "multnet")) refuse("glmnet of ", class(fit)[1], " is not supported (elnet, lognet, multnet)")
  c(out, list(classes = fit$classnames,
              estimator = list(kind = one("logistic"), coef = do.call(rbind, lapply(parts, `[[`, "coef")),
                               intercept = unname(vapply(parts, `[[`, 0, "intercept")))))
}

# ---- support vectors, naive Bayes, discriminants -----------------------------------------------------------------------------------------

# Older copies of libsvm couple two classes as well, which is up to 1e-3 away from the sigmoid itself: e1071 is asked which it does.
svm_method <- function(classes) {
  if (classes > 2) return("pairwise_coupling")
  x <- matrix(c(-2, -1, -0.5, 0.3, -0.2, 0.6, 1, 2))
  fit <- e1071::svm(x, factor(rep(c("a", "b"), each = 4)), probability = TRUE, scale = FALSE)
  answer <- stats::predict(fit, matrix(0.4), decision.values = TRUE, probability = TRUE)
  sigmoid <- 1 / (1 + exp(fit$probA * attr(answer, "decision.values")[1] + fit$probB))
  if (abs(attr(answer, "probabilities")[1, fit$levels[fit$labels[1]]] - sigmoid) < 1e-12) "platt" else "pairwise_coupling"
}

export_svm <- function(fit) {
  width <- ncol(fit$SV)
  center <- rep(0, width)
  scale <- rep(1, width)
  if (!is.null(fit$x.scale)) {
    center[fit$scaled] <- fit$x.scale[["scaled:center"]]
    scale[fit$scaled] <- fit$x.scale[["scaled:scale"]]
  }
  kernel <- c("linear", "poly", "rbf", "sigmoid")[fit$kernel + 1]
  estimator <- list(kind = one("svm"), kernel = one(kernel))
  if (kernel != "linear") estimator$gamma <- one(fit$gamma)
  if (kernel %in% c("poly", "sigmoid")) estimator$coef0 <- one(fit$coef0)
  if (kernel == "poly") estimator$degree <- one(fit$degree)
  estimator$support_vectors <- unname(as.matrix(fit$SV))
  if (fit$type < 2) estimator$support_counts <- fit$nSV
  estimator$dual_coef <- unname(t(fit$coefs))
  estimator$intercept <- -fit$rho
  features <- colnames(fit$SV)
  out <- list(features = features, steps = list(list(kind = one("standardize"), mean = center, scale = scale)))
  if (fit$type >= 3) {
    if (is.null(fit$y.scale)) return(c(out, list(estimator = estimator)))
    back <- list(kind = one("affine"), scale = fit$y.scale[["scaled:scale"]], offset = fit$y.scale[["scaled:center"]])
    out$steps <- c(out$steps, list(list(kind = one("predict"), give = one("value"), estimator = estimator), back))
    return(c(out, list(estimator = AVERAGE)))
  }
  estimator$probability <- one("none")
  if (fit$type == 2) {
    estimator$type <- one("one_class")
    return(c(out, list(classes = c("TRUE", "FALSE"), positive = "TRUE", estimator = estimator)))
  }
  if (fit$compprob) estimator$probability <- list(method = one(svm_method(length(fit$labels))), a = fit$probA, b = fit$probB)
  c(out, list(classes = fit$levels[fit$labels], estimator = estimator))
}

export_naive_bayes <- function(fit) {
  if (!all(fit$isnumeric)) refuse("naiveBayes with factors is not supported")
  mean <- sapply(fit$tables, function(t) t[, 1])
  sd <- sapply(fit$tables, function(t) t[, 2])
  sd[sd <= 0] <- 0.001 # predict's own threshold
  constant <- as.vector(log(fit$apriori / sum(fit$apriori))) - rowSums(log(sd)) - ncol(sd) / 2 * log(2 * pi)
  list(features = names(fit$tables), steps = list(), classes = fit$levels,
       estimator = list(kind = one("gaussian"), constant = unname(constant), mean = unname(mean), variance = unname(sd^2)))
}

export_lda <- function(fit) {
  center <- colSums(fit$prior * fit$means)
  axes <- base::scale(fit$means, center = center, scale = FALSE) %*% fit$scaling
  list(features = colnames(fit$means), classes = fit$lev,
       steps = list(list(kind = one("project"), center = unname(center), matrix = unname(t(fit$scaling)))),
       estimator = list(kind = one("logistic"), coef = unname(as.matrix(axes)), intercept = unname(log(fit$prior) - 0.5 * rowSums(axes^2))))
}

export_qda <- function(fit) {
  whiten <- lapply(seq_along(fit$lev), function(k) unname(t(fit$scaling[, , k])))
  list(features = colnames(fit$means), steps = list(), classes = fit$lev,
       estimator = list(kind = one("gaussian"), constant = unname(log(fit$prior) - 0.5 * fit$ldet), mean = unname(fit$means), whiten = whiten))
}

# ---- networks and neighbours -------------------------------------------------------------------------------------------------------------

export_nnet <- function(fit) {
  inputs <- fit$n[1]
  hidden <- fit$n[2]
  outputs <- fit$n[3]
  if (fit$censored) refuse("nnet with censored = TRUE is not supported")
  from <- if (hidden > 0) hidden else inputs
  if (length(fit$wts) != hidden * (inputs + 1) + outputs * (from + 1)) refuse("nnet with skip-layer connections is not supported")
  unpack <- function(wts, rows, columns) {
    m <- matrix(wts, rows, columns + 1, byrow = TRUE)
    list(weight = unname(m[, -1, drop = FALSE]), bias = m[, 1])
  }
  layers <- list(unpack(utils::tail(fit$wts, outputs * (from + 1)), outputs, from))
  if (hidden > 0) layers <- c(list(unpack(utils::head(fit$wts, hidden * (inputs + 1)), hidden, inputs)), layers)
  linear <- fit$nsunits < fit$nunits && !fit$softmax
  output <- if (fit$softmax) "softmax" else if (linear) "identity" else "logistic"
  if ((output == "identity") != is.null(fit$lev)) refuse("nnet of a numeric response needs linout = TRUE, of a factor linout = FALSE")
  out <- list(features = fit$coefnames, steps = list(),
              estimator = list(kind = one("mlp"), activation = one("logistic"), output = one(output), layers = layers))
  if (is.null(out$features)) out$features <- paste0("x", seq_len(inputs))
  if (!is.null(fit$lev)) out$classes <- fit$lev
  out
}

# What class::knn would be fitted to, had it an object.
psyrad_knn <- function(train, cl, k) structure(list(train = as.matrix(train), cl = as.factor(cl), k = k), class = "psyrad_knn")

export_knn <- function(fit) {
  features <- colnames(fit$train)
  list(features = if (is.null(features)) paste0("x", seq_len(ncol(fit$train))) else features, steps = list(), classes = levels(fit$cl),
       estimator = list(kind = one("knn"), metric = one("euclidean"), k = one(fit$k), weights = one("uniform"), rows = unname(fit$train),
                        targets = as.integer(fit$cl) - 1))
}

# ---- trees -------------------------------------------------------------------------------------------------------------------------------

# Split numbers >= 0, leaves -1, -2, ... in the order of nodes.
number_nodes <- function(leaf) ifelse(leaf, -cumsum(leaf), cumsum(!leaf) - 1)

export_forest <- function(fit) {
  if (any(fit$forest$ncat > 1)) refuse("randomForest with factors is not supported")
  classifies <- fit$type == "classification"
  if (!classifies && fit$type != "regression") refuse("randomForest of type ", fit$type, " is not supported")
  if (classifies && max(abs(fit$forest$cutoff * length(fit$classes) - 1)) > 1e-12) refuse("randomForest with a cutoff is not supported")
  if (!is.null(fit$coefs)) refuse("randomForest with corr.bias is not supported")
  trees <- lapply(seq_len(fit$ntree), function(k) {
    tree <- randomForest::getTree(fit, k)
    leaf <- tree[, "status"] == -1
    place <- number_nodes(leaf)
    split <- tree[!leaf, , drop = FALSE]
    value <- tree[leaf, "prediction"]
    if (classifies) value <- as.vector(t(diag(length(fit$classes))[value, , drop = FALSE]))
    list(feature = split[, "split var"] - 1, threshold = split[, "split point"], left = place[split[, "left daughter"]],
         right = place[split[, "right daughter"]], value = as.vector(value))
  })
  out <- list(features = rownames(fit$importance), steps = list(),
              estimator = list(kind = one("trees"), combine = one(if (classifies) "vote" else "average"), features = one("double"), trees = trees))
  if (classifies) out$classes <- fit$classes
  out
}

# The double before x: rpart sends x < cut one way, psyrad-json x <= threshold.
before <- function(x) {
  if (x > 0) return(x * (1 - 2^-53))
  if (x == 0) return(-2^-1074)
  next_one <- -x * (1 + 2^-52)
  middle <- -x + (next_one + x) / 2
  -(if (middle > -x && middle < next_one) middle else next_one)
}

export_rpart <- function(fit) {
  frame <- fit$frame
  if (!fit$method %in% c("class", "anova")) refuse("rpart of method ", fit$method, " is not supported (class, anova)")
  leaf <- frame$var == "<leaf>"
  first <- cumsum(c(1, ifelse(leaf, 0, 1 + frame$ncompete + frame$nsurrogate)))[seq_len(nrow(frame))][!leaf]
  features <- attr(fit$terms, "term.labels")
  if (any(attr(fit$terms, "dataClasses")[features] != "numeric")) refuse("rpart with factors is not supported")
  node <- as.numeric(rownames(frame))
  place <- number_nodes(leaf)
  left <- place[match(2 * node[!leaf], node)]
  right <- place[match(2 * node[!leaf] + 1, node)]
  split <- fit$splits[first, , drop = FALSE]
  swapped <- split[, "ncat"] > 0 # x < cut goes right
  tree <- list(feature = match(as.character(frame$var[!leaf]), features) - 1,
               threshold = vapply(unname(split[, "index"]), before, 0), left = ifelse(swapped, right, left), right = ifelse(swapped, left, right))
  out <- list(features = features, steps = list())
  if (fit$method == "anova") {
    tree$value <- frame$yval[leaf]
  } else {
    classes <- attr(fit, "ylevels")
    proba <- frame$yval2[leaf, 1 + length(classes) + seq_along(classes), drop = FALSE]
    if (any(max.col(proba, "first") != frame$yval[leaf])) refuse("rpart whose labels are not the likeliest classes (a loss matrix) is not supported")
    tree$value <- as.vector(t(proba))
    out$classes <- classes
  }
  c(out, list(estimator = list(kind = one("trees"), combine = one("average"), features = one("double"), trees = list(tree))))
}

# ---- the document ------------------------------------------------------------------------------------------------------------------------

# name: of the model.  features: names instead of the fit's own.  positive: the class that model_score speaks of.  s: glmnet's lambda.
psyrad_export <- function(fit, name, features = NULL, units = NULL, positive = NULL, notes = NULL, s = NULL) {
  part <- if (inherits(fit, "cv.glmnet")) export_glmnet(fit$glmnet.fit, if (is.null(s)) fit$lambda.min else s)
  else if (inherits(fit, "glmnet")) export_glmnet(fit, s)
  else if (inherits(fit, "multinom")) export_multinom(fit)
  else if (inherits(fit, "glm")) export_glm(fit)
  else if (inherits(fit, "lm") && !inherits(fit, "mlm")) export_lm(fit)
  else if (inherits(fit, "svm")) export_svm(fit)
  else if (inherits(fit, "naiveBayes")) export_naive_bayes(fit)
  else if (inherits(fit, "lda")) export_lda(fit)
  else if (inherits(fit, "qda")) export_qda(fit)
  else if (inherits(fit, "nnet")) export_nnet(fit)
  else if (inherits(fit, "psyrad_knn")) export_knn(fit)
  else if (inherits(fit, "randomForest")) export_forest(fit)
  else if (inherits(fit, "rpart")) export_rpart(fit)
  else refuse(class(fit)[1], " is not supported")
  if (!is.null(features)) {
    if (length(features) != length(part$features)) refuse(length(features), " names for ", length(part$features), " features")
    part$features <- features
  }
  document <- list(psyrad_model = one(1), name = one(name), task = one(if (is.null(part$classes)) "regression" else "classification"))
  if (!is.null(notes)) document$notes <- one(notes)
  if (!is.null(part$classes)) document$classes <- as.character(part$classes)
  if (is.null(positive)) positive <- part$positive
  if (!is.null(positive)) document$positive <- one(positive)
  document$features <- lapply(part$features, function(f)
    if (f %in% names(units)) list(name = one(f), unit = one(units[[f]])) else one(f))
  document$missing <- one("error")
  document$steps <- part$steps
  document$estimator <- part$estimator
  json(document)
}
