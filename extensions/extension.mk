# extension.mk - shared by every extension's Makefile.  That one sets EXTENSION, OBJS, sql_parts (in order), and may add
# to REGRESS and SHLIB_LINK; it then includes this file.  The archives are linked by path, not by -l, so that a psyrad
# installed elsewhere on the machine is never picked up.
PG_CONFIG ?= pg_config
LIBPSYRAD_BUILD ?= ../../build/src
EXTVERSION := $(shell cat ../../src/VERSION)
MODULE_big = $(EXTENSION)
OBJS += ../common/common.o
DATA_built = $(EXTENSION)--$(EXTVERSION).sql $(EXTENSION).control
DATA = $(wildcard $(EXTENSION)--*--*.sql)
EXTRA_CLEAN = $(EXTENSION).control $(EXTENSION)--$(EXTVERSION).sql
PG_CPPFLAGS = -I../../src -I../common -DPGDLLEXPORT='__attribute__((visibility("default")))'
PG_CFLAGS = -std=gnu11 -O2 -fvisibility=hidden -ffp-contract=off -fno-math-errno -Wall -Wextra -Werror \
	-Wno-declaration-after-statement -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-cast-function-type $(EXT_CFLAGS)
SHLIB_LINK += $(LIBPSYRAD_BUILD)/libpsyrad.a -lm -Wl,--exclude-libs,ALL $(EXT_LDFLAGS)
# LLVM bitcode of a part of the code is of no use and crashes on target_clones.
override with_llvm := no
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(shlib): $(LIBPSYRAD_BUILD)/libpsyrad.a
$(OBJS): $(wildcard *.h ../common/*.h ../../src/*/*.h)

# The current script is readable part by part; it is installed as one file.
$(EXTENSION)--$(EXTVERSION).sql: $(sql_parts) ../../src/VERSION
	{ printf '\\echo Use "CREATE EXTENSION %s" to load this file. \\quit\n' '$(EXTENSION)'; cat $(sql_parts); } > '$@'

$(EXTENSION).control: $(EXTENSION).control.in ../../src/VERSION
	sed 's/@VERSION@/$(EXTVERSION)/' '$<' > '$@'
