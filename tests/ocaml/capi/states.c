/* Regions while other languages, threads and sections come between: what checked mode must allow, and release mode survive. */

#include <bactrian/rcaml.h>

/* Of tests/rust: calls f on x from a region of its own, as caml_callback_exn; and takes the lock in a released section, by Rust's means. */
extern value g_call_exn(value f, value x);
extern void g_released_and_locked(void (*body)(void));

static int holds(const value *root, const char *text) {
  for (size_t i = 0; text[i] != 0; i++)
    if (iString_val(root)[i] != text[i]) return 0;
  return 1;
}

/* Calls f by `how`, with sub-regions open, and looks at what was kept. */
static value calls(value f, value x, value (*how)(value, value)) {
  rCAMLregion(&f, &x);
  value *result = rcaml_root(), *kept = rcaml_root();
  icaml_copy_string(kept, "kept in the region");
  for (int depth = 0; depth < 3; depth++) {
    rcaml_subregion {
      value *inner = rcaml_root();
      icaml_copy_string(inner, "kept in the sub-region");
      rcaml_subregion {
        value *answer = rcaml_root();
        value outcome = how(f, x);
        if (Is_exception_result(outcome)) {
          iset(result, &x);
          break;
        }
        *answer = outcome;
        rcaml_root();
        if (!holds(inner, "kept in the sub-region")) caml_fatal_error("lost");
        iset(result, answer);
      }
      if (!holds(kept, "kept in the region")) caml_fatal_error("lost");
    }
  }
  rCAMLreturn(result);
}

/* Not by icaml_callback_exn: by Rust, and by the runtime's own function. */
CAMLprim value calls_by_rust(value f, value x) { return calls(f, x, g_call_exn); }
static value by_callback(value f, value x) { return caml_callback_exn(f, x); }
CAMLprim value calls_by_callback(value f, value x) { return calls(f, x, by_callback); }
static value by_icaml(value f, value x) {
  CAMLparam2(f, x);
  CAMLlocal1(result);
  if (icaml_callback_exn(&result, &f, &x) == ICAML_RAISED) CAMLreturn(Make_exception_result(result));
  CAMLreturn(result);
}
CAMLprim value calls_by_icaml(value f, value x) { return calls(f, x, by_icaml); }

/* Takes the lock again where C has released it. */
static __thread long sum;
static void works(void) {
  rCAMLregion();
  value *text = rcaml_root();
  for (int i = 0; i < 3; i++) {
    rcaml_subregion {
      value *inner = rcaml_root();
      icaml_alloc_sprintf(inner, "%d", i);
      iset(text, inner);
    }
    rcaml_without_ocaml {
      sum += i;
      rcaml_with_ocaml { sum += (long)istring_length(text); }
      g_released_and_locked(NULL);
    }
  }
}
CAMLprim value locks_by_rust(value unit) {
  rCAMLregion(&unit);
  value *result = rcaml_root();
  sum = 0;
  rcaml_without_ocaml {
    g_released_and_locked(works);
    rcaml_with_ocaml { rcaml_root(); }
    g_released_and_locked(works);
  }
  iset_long(result, sum);
  rCAMLreturn(result);
}
