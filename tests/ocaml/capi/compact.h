/* Gc.compact; in a crowd Gc.full_major, as in core_support/checks.ml, where the reason is. */

#ifndef TESTS_COMPACT_H
#define TESTS_COMPACT_H

#include <caml/mlvalues.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

extern value caml_gc_compaction(value);
extern value caml_gc_full_major(value);

static inline void compact(void) {
  if (getenv("BACTRIAN_CROWD") != NULL)
    caml_gc_full_major(Val_unit);
  else
    caml_gc_compaction(Val_unit);
}

#ifdef __cplusplus
}
#endif

#endif
