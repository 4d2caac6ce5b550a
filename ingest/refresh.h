/*
 * refresh.h - the report's kept answers (migrations/deploy/report_kept.sql) brought up to date, in a connection of its own: a refresh is a
 * transaction of its own, and a command's connection may have been lost or left in any state.
 */
#ifndef REFRESH_H
#define REFRESH_H

#include "session.h"

/*
 * Never a reason to fail: without it the report is right and slower.  A caller that may not refresh does not; a refresh that fails is said on stderr.
 * PSYRAD_REFRESH=no in the environment leaves it to a later command, for loops over many loads.
 */
void refresh_report(const char *url);

/*
 * The same behind the command: where answers are kept at all, which can take seconds, by a process that goes on when this one has ended.  Of many such
 * processes one works and one waits.  PSYRAD_REFRESH=wait: now, as refresh_report.
 */
void refresh_report_behind(const char *url);

/*
 * Spares refresh_report_behind a connection, which can cost as much as storing one file: asks in that of a load that has ended well whether a
 * refresh is worth a process of its own, and where nothing is kept does it here and now.
 */
void refresh_ask(session *s);

#endif
