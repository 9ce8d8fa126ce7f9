/* The indirect family, function by function, and what surrounds regions: exceptions, threads, many roots. */

#include "compact.h"

#include <bactrian/rcaml.h>

#include <caml/threads.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Gc.minor */
extern value caml_gc_minor(value);

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) {                                        \
      icaml_exception_failure(failure, "line " BACTRIAN_LINE(__LINE__) ": " #condition); \
      rCAMLraise(failure);                                     \
    }                                                          \
  } while (0)
#define BACTRIAN_LINE(line) BACTRIAN_TEXT(line)
#define BACTRIAN_TEXT(line) #line

static void copy_upper(value *root, const char *string) {
  icaml_copy_string(root, string);
  for (mlsize_t i = 0; i < istring_length(root); i++) iset_byte(root, i, iget_byte(root, i) & ~0x20);
}

static struct custom_operations operations = {
    "bactrian.test",          custom_finalize_default,  custom_compare_default,    custom_hash_default,
    custom_serialize_default, custom_deserialize_default, custom_compare_ext_default, custom_fixed_length_default};

CAMLprim value family(value unit) {
  rCAMLregion(&unit);
  value *failure = rcaml_root(), *a = rcaml_root(), *b = rcaml_root(), *c = rcaml_root(), *v = rcaml_root();
  CHECK(iIs_long(a) && iLong_val(a) == 0 && iIs_none(a) && iIs_emptylist(a) && !iIs_block(a));
  iset_long(a, -5);
  CHECK(iLong_val(a) == -5 && iInt_val(a) == -5 && iBool_val(a));
  *a = iVal_long(Max_long);
  CHECK(iLong_val(a) == Max_long);
  *a = iVal_bool(0);
  CHECK(!iBool_val(a));

  icaml_copy_string(a, "text");
  CHECK(istring_length(a) == 4 && strcmp(iString_val(a), "text") == 0 && istring_is_c_safe(a));
  CHECK(iget_tag(a) == String_tag && iget_size(a) == 1);
  iset_byte(a, 0, 'n');
  CHECK(iget_byte(a, 0) == 'n' && iBytes_val(a)[1] == 'e');
  icaml_alloc_string(b, 3);
  memcpy(iBytes_val(b), "abc", 3);
  CHECK(strcmp(iString_val(b), "abc") == 0);
  icaml_alloc_initialized_string(b, 3, "a\0c");
  CHECK(istring_length(b) == 3 && !istring_is_c_safe(b));
  icaml_alloc_sprintf(b, "%d %s", 12, "monkeys");
  CHECK(strcmp(iString_val(b), "12 monkeys") == 0);
  icaml_alloc_sprintf(b, "%0500d", 7);
  CHECK(istring_length(b) == 500 && iget_byte(b, 499) == '7');

  icaml_copy_double(c, 1.5);
  CHECK(iDouble_val(c) == 1.5);
  icaml_copy_int32(c, -32);
  CHECK(iInt32_val(c) == -32);
  icaml_copy_int64(c, INT64_MIN);
  CHECK(iInt64_val(c) == INT64_MIN);
  icaml_copy_nativeint(c, -64);
  CHECK(iNativeint_val(c) == -64);

  icaml_alloc_float_array(v, 3);
  for (int i = 0; i < 3; i++) iset_double_field(v, i, i * 0.5);
  CHECK(iget_double_field(v, 2) == 1.0 && iis_double_array(v) && iarray_length(v) == 3);

  const char *const strings[] = {"one", "two", NULL};
  icaml_copy_string_array(v, strings);
  iload_field(b, v, 1);
  CHECK(iarray_length(v) == 2 && strcmp(iString_val(b), "two") == 0);
  icaml_alloc_array(v, copy_upper, strings);
  iload_field(b, v, 0);
  CHECK(strcmp(iString_val(b), "ONE") == 0);

  icaml_alloc(v, 2, 5);
  CHECK(iget_tag(v) == 5 && iget_size(v) == 2 && iget_field(v, 1) == Val_unit);
  iset_field(v, 0, b);
  iset_field_long(v, 1, 9);
  CHECK(iget_field(v, 0) == rcaml_deref(b) && iget_field_long(v, 1) == 9);
  icaml_alloc_small(v, 256, 1);
  CHECK(iget_size(v) == 256 && iget_field(v, 255) == Val_unit);
  icaml_alloc_shr(v, 3, 0);
  iset_field(v, 2, b);
  CHECK(iget_field(v, 2) == *b && iget_field(v, 0) == Val_unit);
  icaml_alloc_tuple(v, 1000);
  icaml_copy_string(b, "young");
  iset_field(v, 999, b);
  caml_gc_minor(Val_unit);
  iload_field(b, v, 999);
  CHECK(strcmp(iString_val(b), "young") == 0);
  icaml_alloc(v, 0, 0);
  CHECK(iget_size(v) == 0);

  iset_long(a, 1);
  iset_long(b, 2);
  iset_long(c, 3);
  icaml_alloc_1(v, 7, a);
  CHECK(iget_tag(v) == 7 && iget_field_long(v, 0) == 1);
  icaml_alloc_2(v, 0, a, b);
  icaml_alloc_3(v, 0, v, b, c);
  iload_field(v, v, 0);
  CHECK(iget_size(v) == 2 && iget_field_long(v, 1) == 2);
  icaml_alloc_4(v, 0, a, b, c, a);
  CHECK(iget_field_long(v, 3) == 1);
  icaml_alloc_5(v, 0, a, b, c, a, b);
  icaml_alloc_6(v, 0, a, b, c, a, b, c);
  icaml_alloc_7(v, 0, a, b, c, a, b, c, a);
  icaml_alloc_8(v, 0, a, b, c, a, b, c, a, b);
  icaml_alloc_9(v, 0, a, b, c, a, b, c, a, b, c);
  CHECK(iget_size(v) == 9 && iget_field_long(v, 8) == 3);
  icaml_alloc_some(v, a);
  CHECK(iIs_some(v) && iget_field_long(v, 0) == 1);
  iset_long(v, 0);
  for (int i = 0; i < 3; i++) icaml_alloc_cons(v, a, v);
  iload_field(v, v, 1);
  iload_field(v, v, 1);
  iload_field(v, v, 1);
  CHECK(iIs_emptylist(v));

  icaml_alloc_custom(v, &operations, 16, 0, 1);
  memcpy(icustom_data(v), "0123456789abcde", 16);
  CHECK(strcmp((char *)icustom_data(v), "0123456789abcde") == 0);
  icaml_alloc_custom_mem(v, &operations, 8, 1000);
  icaml_alloc(v, 1, Abstract_tag);
  *(void **)iabstract_data(v) = v;
  CHECK(*(void **)iabstract_data(v) == v);

  const int flags[] = {1, 2, 4};
  iset_long(a, 2);
  iset_long(v, 0);
  icaml_alloc_cons(v, a, v);
  iset_long(a, 0);
  icaml_alloc_cons(v, a, v);
  CHECK(icaml_convert_flag_list(v, flags) == 5);
  CHECK(icaml_hash_variant("A") == caml_hash_variant("A"));

  icaml_exception_not_found(v);
  CHECK(iIs_block(v));
  icaml_exception_invalid_argument(v, "bad");
  char *text = icaml_format_exception(v);
  CHECK(strcmp(text, "Invalid_argument(\"bad\")") == 0);
  caml_stat_free(text);
  CHECK(icaml_named_value("no such name") == NULL);
  rCAMLreturn(&unit);
}

static __thread value kept = Val_unit;

CAMLprim value keep_globally(value v) {
  rCAMLregion(&v);
  icaml_register_global_root(&kept);
  iset(&kept, &v);
  rCAMLreturn(&v);
}

CAMLprim value kept_globally(value unit) {
  rCAMLregion(&unit);
  value *v = rcaml_root();
  iset(v, &kept);
  icaml_remove_global_root(&kept);
  kept = Val_unit;
  rCAMLreturn(v);
}

/* Seven parameters, and more registered later. */
CAMLprim value seven(value a, value b, value c, value d, value e, value f, value g) {
  rCAMLregion(&a, &b, &c, &d, &e, &f, &g);
  value *v = rcaml_root();
  caml_gc_minor(Val_unit);
  icaml_alloc_7(v, 0, &a, &b, &c, &d, &e, &f, &g);
  rCAMLreturn(v);
}

CAMLprim value seven_byte(value *argv, int argn) {
  (void)argn;
  return seven(argv[0], argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]);
}

/* Many roots, in several chunks, each rewritten after it was promoted. */
CAMLprim value many_roots(value count, value collect) {
  rCAMLregion(&count, &collect);
  long n = iLong_val(&count);
  value **roots = malloc(sizeof(value *) * (size_t)n), *result = rcaml_root(), *unit = rcaml_root();
  long wrong = 0;
  for (int round = 0; round < 3; round++) {
    for (long i = 0; i < n; i++) {
      if (round == 0) roots[i] = rcaml_root();
      if (round != 1 || i % 2 == 0) icaml_alloc_sprintf(roots[i], "%ld of round %d", i, round);
    }
    if (icaml_callback_exn(result, &collect, unit) == ICAML_RAISED) wrong++;
  }
  for (long i = 0; i < n; i++) {
    char expected[64];
    snprintf(expected, sizeof expected, "%ld of round 2", i);
    wrong += strcmp(iString_val(roots[i]), expected) != 0;
  }
  free(roots);
  iset_long(result, wrong);
  rCAMLreturn(result);
}

/* Sub-regions that begin and end on either side of the border between two chunks of roots, and at it. */
CAMLprim value at_the_border(value collect) {
  rCAMLregion(&collect);
  value *result = rcaml_root(), *unit = rcaml_root(), *roots[8];
  long wrong = 0;
  while (((uintptr_t)(rcaml_root() + 5) & (BACTRIAN_CHUNK - 1)) != 0) continue;
  for (int depth = 1; depth <= 8; depth++) {
    for (int round = 0; round < 3; round++) {
      rcaml_subregion {
        for (int i = 0; i < depth; i++) {
          roots[i] = rcaml_root();
          icaml_alloc_sprintf(roots[i], "%d of %d", i, depth);
        }
        if (icaml_callback_exn(result, &collect, unit) == ICAML_RAISED) wrong++;
        rcaml_subregion {
          for (int i = 0; i < 3; i++) icaml_copy_string(rcaml_root(), "inner");
          if (icaml_callback_exn(result, &collect, unit) == ICAML_RAISED) wrong++;
        }
        for (int i = 0; i < depth; i++) {
          char expected[64];
          snprintf(expected, sizeof expected, "%d of %d", i, depth);
          wrong += strcmp(iString_val(roots[i]), expected) != 0;
        }
      }
    }
  }
  iset_long(result, wrong);
  rCAMLreturn(result);
}

/* An exception with sub-regions open. */
CAMLprim value raise_in_subregions(value depth) {
  rCAMLregion(&depth);
  long n = iLong_val(&depth);
  value *exception = rcaml_root();
  icaml_exception_failure(exception, "deep");
  rcaml_subregion {
    for (long i = 0; i < n; i++) rcaml_root();
    rcaml_subregion {
      for (long i = 0; i < n; i++) rcaml_root();
      rCAMLraise(exception);
    }
  }
  rCAMLreturn(&depth);
}

/* return, break and continue inside blocks. */
CAMLprim value leave_early(value how) {
  rCAMLregion(&how);
  for (int i = 0; i < 3; i++) {
    rcaml_subregion {
      value *v = rcaml_root();
      icaml_copy_string(v, "early");
      if (iLong_val(&how) == 0) break;
      if (iLong_val(&how) == 1) continue;
      if (iLong_val(&how) == 2) {
        rcaml_without_ocaml {
          if (i == 1) break;
        }
        rCAMLreturn(v);
      }
    }
  }
  rCAMLreturn(&how);
}

/* A function of the old kind that raises from within a region: what is left open is left by the caller's call. */
CAMLprim value jumps_over_a_region(value unit) {
  region_t region;
  (void)unit;
  rcaml_enter(&region);
  for (int i = 0; i < 3000; i++) rcaml_root();
  caml_failwith("jumped");
}

CAMLprim value calls_and_checks_height(value f, value x) {
  rCAMLregion(&f, &x);
  value *before = rcaml_root(), *result = rcaml_root();
  icaml_outcome outcome = icaml_callback_exn(result, &f, &x);
  value *after = rcaml_root();
  iset_long(before, outcome == ICAML_RAISED && after == result + 1);
  rCAMLreturn(before);
}

CAMLprim value call_n(value f, value arguments) {
  rCAMLregion(&f, &arguments);
  value *result = rcaml_root(), *roots[16] = {NULL};
  int count = (int)iget_size(&arguments);
  for (int i = 0; i < count; i++) {
    roots[i] = rcaml_root();
    iload_field(roots[i], &arguments, (mlsize_t)i);
  }
  if (icaml_callbackN_exn(result, &f, count, roots) == ICAML_RAISED) rCAMLraise(result);
  rCAMLreturn(result);
}

/* Calls the method, or says that there is none. */
CAMLprim value call_method(value object, value name) {
  rCAMLregion(&object, &name);
  value *method = rcaml_root(), *collected = rcaml_root();
  int found = icaml_get_public_method(method, &object, iString_val(&name));
  for (int i = 0; i < 1000; i++) icaml_alloc_sprintf(collected, "%d", i);
  compact();
  if (!found) {
    icaml_exception_not_found(method);
    rCAMLraise(method);
  }
  if (icaml_callback_exn(method, method, &object) == ICAML_RAISED) rCAMLraise(method);
  rCAMLreturn(method);
}

/* A number of arguments that no call has. Checked mode stops. */
CAMLprim value call_with_count(value f, value count) {
  rCAMLregion(&f, &count);
  value *result = rcaml_root(), *roots[1] = {&f};
  if (icaml_callbackN_exn(result, &f, iInt_val(&count), roots) == ICAML_RAISED) rCAMLraise(result);
  rCAMLreturn(result);
}

/* Too large for the heap or for the memory: Out_of_memory, with sub-regions and roots left behind nowhere. */
CAMLprim value too_large(value which, value size) {
  rCAMLregion(&which, &size);
  value *v = rcaml_root();
  icaml_copy_string(v, "kept");
  mlsize_t n = (mlsize_t)iLong_val(&size);
  const char *const strings[] = {"one", NULL};
  rcaml_subregion {
    for (int i = 0; i < 20; i++) icaml_copy_string(rcaml_root(), "lost");
    switch (iLong_val(&which)) {
      case 0: icaml_alloc(v, n, 0); break;
      case 1: icaml_alloc_shr(v, n, 0); break;
      case 2: icaml_alloc_tuple(v, n); break;
      case 3: icaml_alloc_float_array(v, n); break;
      case 4: icaml_alloc_string(v, n); break;
      case 5: icaml_alloc_initialized_string(v, n, strings[0]); break;
      case 6: icaml_alloc_custom(v, &operations, n, 0, 1); break;
      case 7: icaml_alloc_custom_mem(v, &operations, n, 1); break;
      case 8: icaml_alloc_small(v, n, 0); break; /* checked mode stops */
    }
  }
  rCAMLreturn(v);
}

/* What is large but fits. */
CAMLprim value large(value unit) {
  rCAMLregion(&unit);
  value *failure = rcaml_root(), *v = rcaml_root(), *kept = rcaml_root();
  icaml_copy_string(kept, "kept");
  for (mlsize_t length = 2030; length < 2070; length++) {
    icaml_alloc_string(v, length);
    CHECK(istring_length(v) == length && iget_size(v) == length / sizeof(value) + 1);
    memset(iBytes_val(v), 'x', length);
    CHECK(strlen(iString_val(v)) == length);
    icaml_alloc_sprintf(v, "%0*d", (int)length, 7);
    CHECK(istring_length(v) == length && strlen(iString_val(v)) == length && iget_byte(v, length - 1) == '7');
    char *bytes = malloc(length + 1);
    memset(bytes, 'y', length);
    bytes[length] = 0;
    icaml_copy_string(v, bytes);
    CHECK(istring_length(v) == length && strcmp(iString_val(v), bytes) == 0);
    icaml_exception_failure(v, bytes);
    iload_field(v, v, 1);
    CHECK(strcmp(iString_val(v), bytes) == 0);
    free(bytes);
    icaml_alloc_custom(v, &operations, length, 0, 1);
    memset(icustom_data(v), 'z', length);
    icaml_alloc_custom_mem(v, &operations, length, 100);
    memset(icustom_data(v), 'z', length);
  }
  for (mlsize_t size = 250; size < 260; size++) {
    icaml_alloc(v, size, 3);
    CHECK(iget_size(v) == size && iget_tag(v) == 3 && iget_field(v, size - 1) == Val_unit);
    iset_field(v, size - 1, kept);
    icaml_alloc_shr(v, size, 3);
    iset_field(v, size - 1, kept);
    compact();
    CHECK(iget_size(v) == size && iget_field(v, size - 1) == *kept);
    icaml_alloc_tuple(v, size);
    CHECK(iget_size(v) == size && iget_tag(v) == 0);
    icaml_alloc_float_array(v, size);
    iset_double_field(v, size - 1, 1.5);
    CHECK(iarray_length(v) == size && iget_double_field(v, size - 1) == 1.5);
  }
  icaml_alloc(v, 0, 0);
  CHECK(iget_size(v) == 0);
  icaml_alloc_shr(v, 1, 0);
  icaml_alloc_float_array(v, 0);
  CHECK(iget_size(v) == 0);
  CHECK(strcmp(iString_val(kept), "kept") == 0);
  rCAMLreturn(&unit);
}

/* Functions of the old kind that raise from within a region. */
CAMLprim value jumps_over_parameters(value text) {
  rCAMLregion(&text);
  for (int i = 0; i < 10; i++) iset(rcaml_root(), &text);
  caml_failwith("jumped");
}

CAMLprim value jumps_over_none(value text) {
  (void)text;
  rCAMLregion();
  for (int i = 0; i < 10; i++) rcaml_root();
  caml_failwith("jumped");
}

/* Regions of each kind whose roots must outlive the jumps of what they call. */
CAMLprim value survives_jumps(value f, value kind) {
  char expected[20];
  long wrong = 0, which = Long_val(kind);
  value *text, *result;
  region_t *region = malloc(sizeof *region);
  if (which == 0) {
    rcaml_enter(region);
    value *function = rcaml_root();
    *function = f;
    text = rcaml_root(), result = rcaml_root();
    for (int i = 0; i < 20; i++) {
      icaml_alloc_sprintf(text, "text %d", i);
      if (icaml_callback_exn(result, function, text) == ICAML_RAISED) wrong++;
      snprintf(expected, sizeof expected, "text %d", i);
      wrong += strcmp(iString_val(text), expected) != 0;
    }
    rcaml_leave(region);
  } else {
    rCAMLregion();
    value *function = rcaml_root();
    *function = f;
    text = rcaml_root(), result = rcaml_root();
    for (int i = 0; i < 20; i++) {
      icaml_alloc_sprintf(text, "text %d", i);
      if (which == 2) {
        rcaml_without_ocaml rcaml_with_ocaml {
          value *inner = rcaml_root();
          icaml_alloc_sprintf(inner, "inner %d", i);
          if (icaml_callback_exn(result, function, text) == ICAML_RAISED) wrong++;
          snprintf(expected, sizeof expected, "inner %d", i);
          wrong += strcmp(iString_val(inner), expected) != 0;
        }
      } else if (icaml_callback_exn(result, function, text) == ICAML_RAISED) {
        wrong++;
      }
      snprintf(expected, sizeof expected, "text %d", i);
      wrong += strcmp(iString_val(text), expected) != 0;
    }
  }
  free(region);
  return Val_long(wrong);
}

CAMLprim value call_named(value name, value x) {
  rCAMLregion(&name, &x);
  value *result = rcaml_root();
  const value *f = icaml_named_value(iString_val(&name));
  if (f == NULL) {
    icaml_exception_not_found(result);
    rCAMLraise(result);
  }
  if (icaml_callback_exn(result, f, &x) == ICAML_RAISED) rCAMLraise(result);
  rCAMLreturn(result);
}

/* A thread that OCaml did not start. */
struct errand {
  const value *function;
  long count, sum;
};

static void *errand(void *data) {
  struct errand *errand = data;
  for (long i = 0; i < errand->count; i++) {
    /* Taken back by hand: the thread is made known again. */
    if (i % 10 == 5) caml_c_thread_unregister();
    rcaml_with_ocaml {
      value *argument = rcaml_root(), *result = rcaml_root();
      iset_long(argument, i);
      if (icaml_callback_exn(result, errand->function, argument) == ICAML_OK) errand->sum += iLong_val(result);
    }
  }
  return NULL;
}

CAMLprim value on_a_thread_of_c(value function, value count) {
  rCAMLregion(&function, &count);
  icaml_register_global_root(&function);
  struct errand mine = {&function, iLong_val(&count), 0};
  rcaml_without_ocaml {
    pthread_t thread;
    pthread_create(&thread, NULL, errand, &mine);
    pthread_join(thread, NULL);
  }
  icaml_remove_global_root(&function);
  value *result = rcaml_root();
  iset_long(result, mine.sum);
  rCAMLreturn(result);
}

/* Memory that held roots of a thread which has ended becomes a variable of the program. */
enum { CHUNKS = 200, DEAD = 20 };
struct memory {
  value *dead[DEAD], *root;
  char *chunks[CHUNKS];
  int threads, count;
};

static void *makes_a_root(void *data) {
  struct memory *memory = data;
  rcaml_with_ocaml { memory->dead[memory->threads++] = rcaml_root(); }
  return NULL;
}

/* On a thread too, which takes over what malloc has kept for the first. */
static void *finds_its_memory(void *data) {
  struct memory *memory = data;
  while (memory->count < CHUNKS && memory->root == NULL) {
    char *chunk = malloc(BACTRIAN_CHUNK);
    memory->chunks[memory->count++] = chunk;
    for (int i = 0; i < DEAD; i++)
      if (chunk <= (char *)memory->dead[i] && (char *)(memory->dead[i] + 1) <= chunk + BACTRIAN_CHUNK)
        memory->root = memory->dead[i];
  }
  return NULL;
}

static void run(void *(*body)(void *), void *data) {
  pthread_t thread;
  rcaml_without_ocaml {
    pthread_create(&thread, NULL, body, data);
    pthread_join(thread, NULL);
  }
}

CAMLprim value memory_of_dead_roots(value unit) {
  rCAMLregion(&unit);
  struct memory memory = {0};
  for (int i = 0; i < DEAD; i++) run(makes_a_root, &memory);
  compact();
  run(finds_its_memory, &memory);
  int same = 1;
  /* Sanitizers do not give freed memory out again. */
  if (memory.root != NULL) {
    *memory.root = Val_unit;
    icaml_register_global_root(memory.root);
    icaml_copy_string(memory.root, "again");
    same = strcmp(iString_val(memory.root), "again") == 0;
    icaml_remove_global_root(memory.root);
  }
  while (memory.count > 0) free(memory.chunks[--memory.count]);
  rCAMLreturnT(value, Val_bool(same));
}
