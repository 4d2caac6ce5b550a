/* refresh.h - the report's kept answers (migrations/deploy/report_kept.sql) brought up to date, in a connection of its own. */
#ifndef REFRESH_H
#define REFRESH_H

/*
 * Never a reason to fail: without it the report is right and slower.  A caller that may not refresh does not; a refresh that fails is said on stderr.
 * PSYRAD_REFRESH=no in the environment leaves it to a later command, for loops over many loads.
 */
void refresh_report(const char *url);

#endif
