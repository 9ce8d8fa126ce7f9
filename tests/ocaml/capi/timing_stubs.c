/* What timing.ml measures beside the listings. */

#include <bactrian/rcaml.h>

CAMLprim value timing_noop(value a, value b) {
  (void)b;
  return a;
}

CAMLprim value timing_fold(value function, value initial, value array) {
  CAMLparam3(function, initial, array);
  CAMLlocal2(result, item);
  result = initial;
  mlsize_t count = Wosize_val(array);
  for (mlsize_t i = 0; i < count; i++) {
    item = Field(array, i);
    result = caml_callback2_exn(function, result, item);
    if (Is_exception_result(result)) {
      result = Extract_exception(result);
      caml_raise(result);
    }
  }
  CAMLreturn(result);
}

__attribute__((noinline)) static void use(value *root) { __asm__ volatile("" : : "r"(root) : "memory"); }

/* A root for a moment, again and again: what a helper function costs. */
__attribute__((noinline)) static void one_local(void) {
  CAMLparam0();
  CAMLlocal1(v);
  use(&v);
  CAMLreturn0;
}

CAMLprim value timing_locals(value count) {
  for (intnat i = Long_val(count); i > 0; i--) one_local();
  return Val_unit;
}

__attribute__((noinline)) static void one_root(void) { use(rcaml_root()); }

CAMLprim value timing_roots(value count) {
  intnat n = Long_val(count);
  rCAMLregion();
  for (intnat i = n; i > 0; i--) one_root();
  rCAMLreturnT(value, Val_unit);
}
