/*
 * graph.h - graph measures of a connectome, by the definitions of the Brain Connectivity Toolbox (Rubinov &
 * Sporns 2010, NeuroImage 52:1059).
 *
 * A graph is undirected, without loops, with weights >= 0; 0 is no edge.  A binary graph is one whose weights
 * are 1, and each weighted definition then gives the binary one.  A region all of whose edges are missing is
 * no node of the graph; results are by node, 0..n-1, and node k is region g->region[k].  Distances are sums
 * of 1 / weight.
 *
 * What is not defined is NaN; a distance that does not exist is infinite.
 */
#ifndef PSY_GRAPH_H
#define PSY_GRAPH_H

#include "core/context.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum psy_graph_negative
{
	PSY_NEGATIVE_ERROR, /* a negative edge is PSY_DOMAIN */
	PSY_NEGATIVE_DROP,  /* it is no edge */
	PSY_NEGATIVE_ABS    /* it counts by its magnitude */
} psy_graph_negative;

/* "error", "drop" or "abs"; else PSY_DOMAIN. */
psy_status psy_graph_negative_parse(const char *name, psy_graph_negative *negative, psy_error *err);

typedef struct psy_graph
{
	size_t n;       /* nodes */
	size_t *region; /* [n] ascending, 0-based */
	double *weight; /* [n][n], symmetric, diagonal 0 */
} psy_graph;

/*
 * From packed edges (core/triangle.h).  A missing edge between regions that have others is PSY_DOMAIN:
 * nothing is known of it, neither that it is there nor that it is not.  Free with psy_graph_free, after a
 * failure too.
 */
psy_status psy_graph_build(const psy_context *ctx, const float *edges, size_t regions, bool weighted,
						   psy_graph_negative negative, psy_graph *g, psy_error *err);
void psy_graph_free(const psy_context *ctx, psy_graph *g);

/* ---- by node: out[n] ------------------------------------------------------------------------- */

typedef psy_status (*psy_graph_node_measure)(const psy_context *ctx, const psy_graph *g, double *out,
											 psy_error *err);

/* Number of edges; sum of their weights. */
psy_status psy_graph_degree(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);
psy_status psy_graph_strength(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/*
 * Onnela et al. 2005: sum over pairs of neighbours of (w_ij w_jh w_hi)^(1/3), over k(k - 1) / 2; 0 where no
 * triangle is.  Weights are taken as they are: the measure stays within 0..1 when they do.
 */
psy_status psy_graph_clustering(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/*
 * Brandes 2001: over ordered pairs of other nodes, the shares of shortest paths that pass through the node.
 * Lengths count as equal when their doubles are, as in the toolbox.
 */
psy_status psy_graph_betweenness(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/*
 * Mean over ordered pairs of neighbours of (w_ui w_uj)^(1/3) / d_ij, d within the neighbourhood alone with
 * lengths (1/w)^(1/3) (Wang et al. 2016, the toolbox's recommended form); 0 with fewer than 2 neighbours.
 */
psy_status psy_graph_local_efficiency(const psy_context *ctx, const psy_graph *g, double *out,
									  psy_error *err);

/*
 * The eigenvector of the largest eigenvalue, of length 1, not negative.  Where several parts of the graph
 * share the largest eigenvalue it is the uniform vector's projection on their space.  PSY_NOCONVERGE is
 * possible in theory.
 */
psy_status psy_graph_eigenvector(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/* Stationary share of a random walk that goes on with probability damping (0 <= damping < 1, else
 * PSY_DOMAIN). */
psy_status psy_graph_pagerank(const psy_context *ctx, const psy_graph *g, double damping, double *out,
							  psy_error *err);

/* ---- communities: module[node] in 0..modules-1 ----------------------------------------------- */

/* 1 - sum over modules of (strength to the module / strength)^2; 0 for a node without edges. */
psy_status psy_graph_participation(const psy_context *ctx, const psy_graph *g, const int *module,
								   size_t modules, double *out, psy_error *err);

/*
 * Strength within the own module, standardised over the module's nodes (divisor: their number, as bctpy; the
 * MATLAB toolbox has one less); 0 where all have the same.
 */
psy_status psy_graph_module_zscore(const psy_context *ctx, const psy_graph *g, const int *module,
								   size_t modules, double *out, psy_error *err);

/* Newman's Q with resolution gamma; NaN without edges. */
psy_status psy_graph_modularity(const psy_context *ctx, const psy_graph *g, const int *module, size_t modules,
								double gamma, double *q, psy_error *err);

/* module[n] = connected component, numbered from 0 by first node. */
psy_status psy_graph_components(const psy_context *ctx, const psy_graph *g, int *module, psy_error *err);

/*
 * Louvain (Blondel et al. 2008) with resolution gamma > 0: module[n] numbered from 0 by first node.  The
 * order of moves is drawn from seed: the same seed gives the same modules on every CPU.
 */
psy_status psy_graph_louvain(const psy_context *ctx, const psy_graph *g, double gamma, uint64_t seed,
							 int *module, psy_error *err);

/* ---- of the whole graph ---------------------------------------------------------------------- */

typedef psy_status (*psy_graph_whole_measure)(const psy_context *ctx, const psy_graph *g, double *out,
											  psy_error *err);

/* Edges over possible edges; NaN with fewer than 2 nodes. */
psy_status psy_graph_density(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/* Sum of triangles' intensities (as in clustering) over connected triples; NaN without triples. */
psy_status psy_graph_transitivity(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/* Correlation of the strengths at the two ends of edges (Newman 2002); NaN when they are all the same. */
psy_status psy_graph_assortativity(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err);

/* Mean of 1 / distance over pairs; NaN with fewer than 2 nodes. */
psy_status psy_graph_global_efficiency(const psy_context *ctx, const psy_graph *g, double *out,
									   psy_error *err);

/*
 * Mean distance over pairs: infinite in a disconnected graph; or, finite_only, over those pairs that are
 * connected (NaN when none is).
 */
psy_status psy_graph_char_path_length(const psy_context *ctx, const psy_graph *g, bool finite_only,
									  double *out, psy_error *err);

#endif
