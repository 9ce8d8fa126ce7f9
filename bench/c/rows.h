/* The C side of the OCaml types that the rows pass to and fro. */

#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stddef.h>
#include <caml/mlvalues.h>

struct text {
  char *bytes; /* owned, from caml_stat_alloc */
  size_t len;
};

/* type person = { name : string; age : int; weight : float } */
struct person {
  struct text name;
  intnat age;
  double weight;
};

/* type variant = A | B of int | C of string * float */
struct variant {
  enum { VARIANT_A, VARIANT_B, VARIANT_C } kind;
  union {
    intnat b;
    struct { struct text text; double number; } c;
  } as;
};

/* To the compiler, something that reads and writes all memory, as a call that may collect does: the
   rows about roots have it where such a call would be, so that no root is optimised away. */
#define MAY_COLLECT() __asm__ volatile("" : : : "memory")

/* The idiomatic functions that the expert's fall back on. */
value c_string_echo(value s);
value c_pair(value a, value b);
value c_triplet(value a, value b, value c);
value c_record(value v);
value c_variant(value v);
value c_gc_local(value v, value count, value f);

#endif
