/* scrub.h - framewise displacement, and which volumes are censored beside those that it marks. */
#ifndef SCRUB_H
#define SCRUB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Framewise displacement fd[volumes], NaN for the first, from translations (mm) and rotations (rad)
 * parameters[6][volumes]. Power et al. 2012: the sum of the absolute changes, rotations as arcs on a sphere
 * of 50 mm.  Jenkinson et al. 2002: the root mean square displacement over a sphere of 80 mm about the origin
 * of the parameters, rotations in the order z, y, x (T Rx Ry Rz, as SPM and DPABI write them).
 */
void fd_power(const double *const parameters[6], size_t volumes, double *fd);
void fd_jenkinson(const double *const parameters[6], size_t volumes, double *fd);

/* Marks what lies before and after censored volumes, then kept stretches shorter than segment.  Nothing is
 * marked where nothing was censored. */
void scrub_widen(bool *scrub, size_t volumes, size_t before, size_t after, size_t segment);

#endif
