/* The indirect C API: OCaml's caml/alloc.h, mlvalues.h and callback.h over roots (`value *`) instead of values.

   An argument `value *` is a root: made by rcaml_root, a parameter given to rCAMLregion, a CAMLparam or CAMLlocal
   variable, or a registered global root. A function that allocates writes its result through its first argument
   and returns nothing, so that calls cannot be nested in the way that loses values. Every function reads all its
   arguments before it writes any: result and arguments may be the same root.

   Allocation never runs OCaml code; it may collect. What is too large for the heap, or for the memory, is the exception
   Out_of_memory: in C it is raised after the regions of this call from OCaml are left; in C++ std::bad_alloc is
   thrown, so that destructors run, and rcaml::guard raises it. */

#ifndef BACTRIAN_ICAML_H
#define BACTRIAN_ICAML_H

#include "rcaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caml/custom.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Shorthands of this file -------------------------------------------------------------------- */

#define BACTRIAN_USE(api) BACTRIAN_CHECK(use, api, BACTRIAN_ON0)
#define BACTRIAN_IN(api, root) BACTRIAN_CHECK(in, root, #root, api, BACTRIAN_ON0)
#define BACTRIAN_OUT(api, root) BACTRIAN_CHECK(out, root, #root, api, BACTRIAN_ON0)
#define BACTRIAN_IS(api, root, what) BACTRIAN_CHECK(is, root, what, #root, api, BACTRIAN_ON0)
#define BACTRIAN_INDEX(api, root, what, at) \
  BACTRIAN_CHECK(index, root, what, (intptr_t)(at), #root, api, BACTRIAN_ON0)
#define BACTRIAN_NUMBER(api, given, low, high) \
  BACTRIAN_CHECK(number, (intptr_t)(given), low, high, #given, api, BACTRIAN_ON0)
#define BACTRIAN_OUTSIDE(api, bytes) BACTRIAN_CHECK(outside, bytes, #bytes, api, BACTRIAN_ON0)

/* What checked mode can be asked about the value in a root. */
enum bactrian_what {
  BACTRIAN_LONG,
  BACTRIAN_BLOCK,
  BACTRIAN_VALUES,
  BACTRIAN_STRING,
  BACTRIAN_DOUBLE,
  BACTRIAN_DOUBLE_ARRAY,
  BACTRIAN_INT32,
  BACTRIAN_INT64,
  BACTRIAN_NATIVEINT,
  BACTRIAN_CUSTOM,
  BACTRIAN_FUNCTION,
  BACTRIAN_ABSTRACT
};

/* The place of the format among the parameters of icaml_alloc_sprintf. */
#ifdef BACTRIAN_CHECKED
#define BACTRIAN_FORMAT 4
#else
#define BACTRIAN_FORMAT 2
#endif

/* Longest block of the minor heap: Max_young_wosize of caml/config.h. */
#define BACTRIAN_MAX_SMALL 256

/* No memory: leaves the regions of this call from OCaml, and raises. */
__attribute__((noreturn, cold, noinline, unused)) static void bactrian_no_memory(void) {
#if defined(__cplusplus) && defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  bactrian_c_no_memory();
#endif
}

/* A block of the major heap. Its fields hold `()`, or with a tag of No_scan_tag or more are not set. */
__attribute__((cold, noinline, unused)) static value bactrian_large(mlsize_t size, tag_t tag) {
  value block = bactrian_c_alloc(size, tag);
  if (block == 0) bactrian_no_memory();
  return block;
}

/* As CAMLreturn does, also where a C++ exception passes. */
static inline void bactrian_restore(struct caml__roots_block **locals) { BACTRIAN_STATE->local_roots = *locals; }

/* A string of so many bytes, which are not set. */
static inline value bactrian_string(mlsize_t length) {
  if (__builtin_expect(length < BACTRIAN_MAX_SMALL * sizeof(value), 1)) return caml_alloc_string(length);
  mlsize_t size = length / sizeof(value) + 1;
  value string = bactrian_large(size, String_tag);
  Field(string, size - 1) = 0;
  Byte_u(string, size * sizeof(value) - 1) = (unsigned char)(size * sizeof(value) - 1 - length);
  return string;
}

static inline value bactrian_string_of(mlsize_t length, const char *bytes) {
  value string = bactrian_string(length);
  if (length != 0) memcpy(Bytes_val(string), bytes, length);
  return string;
}

/* A small block off the minor heap, in line; fields are not set. */
static inline value bactrian_small(mlsize_t size, tag_t tag) {
  caml_domain_state *state = BACTRIAN_STATE;
  uintptr_t header = (uintptr_t)state->young_ptr - (size + 1) * sizeof(value);
  if (__builtin_expect(header < __atomic_load_n((uintptr_t *)&state->young_limit, __ATOMIC_RELAXED), 0))
    return caml_alloc_small(size, tag & 255);
  state->young_ptr = (value *)header;
  *(header_t *)header = ((header_t)size << HEADER_WOSIZE_SHIFT) | (header_t)(tag & 255);
  return (value)(header + sizeof(value));
}

/* The write barrier; blocks of the minor heap need none, and are seen by no other domain. */
static inline void bactrian_store(value block, mlsize_t index, value v) {
  volatile value *field = &Field(block, index);
  if (__builtin_expect(Is_young(block), 1)) {
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    __atomic_store_n((value *)field, v, __ATOMIC_RELEASE);
  } else {
    caml_modify(field, v);
  }
}

/* icaml_assert(result != a, result != b): in checked mode, stops at the first condition that does not hold. */
#ifdef BACTRIAN_CHECKED
#define icaml_assert(...)                                                                                \
  do {                                                                                                   \
    const BACTRIAN_BOOL bactrian_hold_[] = {__VA_ARGS__};                                                \
    bactrian_checked_assert(bactrian_hold_, (int)sizeof bactrian_hold_, #__VA_ARGS__, __func__,          \
                            __FILE__, __LINE__);                                                         \
  } while (0)
#else
#define icaml_assert(...) ((void)0)
#endif

/* ---- Allocation (caml/alloc.h) ----------------------------------------------------------------------- */


/* A block whose fields hold `()`, or with a tag of No_scan_tag or more an uninitialised one. */
BACTRIAN_API(void, icaml_alloc, value *root, mlsize_t size, tag_t tag) {
  BACTRIAN_USE("icaml_alloc");
  BACTRIAN_OUT("icaml_alloc", root);
  BACTRIAN_NUMBER("icaml_alloc", tag, 0, 255);
  BACTRIAN_NUMBER("icaml_alloc", size, 0, (intptr_t)Max_wosize);
  if (__builtin_constant_p(size) && size >= 1 && size <= 8 && tag < No_scan_tag) {
    value block = bactrian_small(size, tag);
    Field(block, 0) = Val_unit;
    if (size > 1) Field(block, 1) = Val_unit;
    if (size > 2) Field(block, 2) = Val_unit;
    if (size > 3) Field(block, 3) = Val_unit;
    if (size > 4) Field(block, 4) = Val_unit;
    if (size > 5) Field(block, 5) = Val_unit;
    if (size > 6) Field(block, 6) = Val_unit;
    if (size > 7) Field(block, 7) = Val_unit;
    *root = block;
  } else if (size <= BACTRIAN_MAX_SMALL) {
    *root = caml_alloc(size, tag & 255);
  } else {
    *root = bactrian_large(size, tag);
  }
}


/* The same for 1 to 256 fields and a tag below No_scan_tag, always in the minor heap. */
BACTRIAN_API(void, icaml_alloc_small, value *root, mlsize_t size, tag_t tag) {
  BACTRIAN_USE("icaml_alloc_small");
  BACTRIAN_OUT("icaml_alloc_small", root);
  BACTRIAN_NUMBER("icaml_alloc_small", tag, 0, No_scan_tag - 1);
  BACTRIAN_NUMBER("icaml_alloc_small", size, 1, BACTRIAN_MAX_SMALL);
  if (__builtin_expect(size > BACTRIAN_MAX_SMALL, 0)) {
    *root = bactrian_large(size, tag);
    return;
  }
  value block = bactrian_small(size, tag);
  for (mlsize_t i = 0; i < size; i++) Field(block, i) = Val_unit;
  *root = block;
}


/* A block of the major heap whose fields hold `()`. */
BACTRIAN_API(void, icaml_alloc_shr, value *root, mlsize_t size, tag_t tag) {
  BACTRIAN_USE("icaml_alloc_shr");
  BACTRIAN_OUT("icaml_alloc_shr", root);
  BACTRIAN_NUMBER("icaml_alloc_shr", tag, 0, 255);
  BACTRIAN_NUMBER("icaml_alloc_shr", size, 1, (intptr_t)Max_wosize);
  *root = bactrian_large(size, tag);
}

BACTRIAN_API(void, icaml_alloc_tuple, value *root, mlsize_t size) {
  BACTRIAN_USE("icaml_alloc_tuple");
  BACTRIAN_OUT("icaml_alloc_tuple", root);
  BACTRIAN_NUMBER("icaml_alloc_tuple", size, 0, (intptr_t)Max_wosize);
  *root = size <= BACTRIAN_MAX_SMALL ? caml_alloc(size, 0) : bactrian_large(size, 0);
}


/* Blocks of given fields: icaml_alloc_2(root, tag, a, b). */
BACTRIAN_API(void, icaml_alloc_1, value *root, tag_t tag, value *a) {
  BACTRIAN_USE("icaml_alloc_1");
  BACTRIAN_OUT("icaml_alloc_1", root);
  BACTRIAN_NUMBER("icaml_alloc_1", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_1", a);
  value block = bactrian_small(1, tag);
  Field(block, 0) = *a;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_2, value *root, tag_t tag, value *a, value *b) {
  BACTRIAN_USE("icaml_alloc_2");
  BACTRIAN_OUT("icaml_alloc_2", root);
  BACTRIAN_NUMBER("icaml_alloc_2", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_2", a);
  BACTRIAN_IN("icaml_alloc_2", b);
  value block = bactrian_small(2, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_3, value *root, tag_t tag, value *a, value *b, value *c) {
  BACTRIAN_USE("icaml_alloc_3");
  BACTRIAN_OUT("icaml_alloc_3", root);
  BACTRIAN_NUMBER("icaml_alloc_3", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_3", a);
  BACTRIAN_IN("icaml_alloc_3", b);
  BACTRIAN_IN("icaml_alloc_3", c);
  value block = bactrian_small(3, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_4, value *root, tag_t tag, value *a, value *b, value *c, value *d) {
  BACTRIAN_USE("icaml_alloc_4");
  BACTRIAN_OUT("icaml_alloc_4", root);
  BACTRIAN_NUMBER("icaml_alloc_4", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_4", a);
  BACTRIAN_IN("icaml_alloc_4", b);
  BACTRIAN_IN("icaml_alloc_4", c);
  BACTRIAN_IN("icaml_alloc_4", d);
  value block = bactrian_small(4, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_5, value *root, tag_t tag, value *a, value *b, value *c, value *d, value *e) {
  BACTRIAN_USE("icaml_alloc_5");
  BACTRIAN_OUT("icaml_alloc_5", root);
  BACTRIAN_NUMBER("icaml_alloc_5", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_5", a);
  BACTRIAN_IN("icaml_alloc_5", b);
  BACTRIAN_IN("icaml_alloc_5", c);
  BACTRIAN_IN("icaml_alloc_5", d);
  BACTRIAN_IN("icaml_alloc_5", e);
  value block = bactrian_small(5, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  Field(block, 4) = *e;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_6, value *root, tag_t tag, value *a, value *b, value *c, value *d, value *e, value *f) {
  BACTRIAN_USE("icaml_alloc_6");
  BACTRIAN_OUT("icaml_alloc_6", root);
  BACTRIAN_NUMBER("icaml_alloc_6", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_6", a);
  BACTRIAN_IN("icaml_alloc_6", b);
  BACTRIAN_IN("icaml_alloc_6", c);
  BACTRIAN_IN("icaml_alloc_6", d);
  BACTRIAN_IN("icaml_alloc_6", e);
  BACTRIAN_IN("icaml_alloc_6", f);
  value block = bactrian_small(6, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  Field(block, 4) = *e;
  Field(block, 5) = *f;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_7, value *root, tag_t tag, value *a, value *b, value *c, value *d, value *e, value *f, value *g) {
  BACTRIAN_USE("icaml_alloc_7");
  BACTRIAN_OUT("icaml_alloc_7", root);
  BACTRIAN_NUMBER("icaml_alloc_7", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_7", a);
  BACTRIAN_IN("icaml_alloc_7", b);
  BACTRIAN_IN("icaml_alloc_7", c);
  BACTRIAN_IN("icaml_alloc_7", d);
  BACTRIAN_IN("icaml_alloc_7", e);
  BACTRIAN_IN("icaml_alloc_7", f);
  BACTRIAN_IN("icaml_alloc_7", g);
  value block = bactrian_small(7, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  Field(block, 4) = *e;
  Field(block, 5) = *f;
  Field(block, 6) = *g;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_8, value *root, tag_t tag, value *a, value *b, value *c, value *d, value *e, value *f, value *g, value *h) {
  BACTRIAN_USE("icaml_alloc_8");
  BACTRIAN_OUT("icaml_alloc_8", root);
  BACTRIAN_NUMBER("icaml_alloc_8", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_8", a);
  BACTRIAN_IN("icaml_alloc_8", b);
  BACTRIAN_IN("icaml_alloc_8", c);
  BACTRIAN_IN("icaml_alloc_8", d);
  BACTRIAN_IN("icaml_alloc_8", e);
  BACTRIAN_IN("icaml_alloc_8", f);
  BACTRIAN_IN("icaml_alloc_8", g);
  BACTRIAN_IN("icaml_alloc_8", h);
  value block = bactrian_small(8, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  Field(block, 4) = *e;
  Field(block, 5) = *f;
  Field(block, 6) = *g;
  Field(block, 7) = *h;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_9, value *root, tag_t tag, value *a, value *b, value *c, value *d, value *e, value *f, value *g, value *h, value *i) {
  BACTRIAN_USE("icaml_alloc_9");
  BACTRIAN_OUT("icaml_alloc_9", root);
  BACTRIAN_NUMBER("icaml_alloc_9", tag, 0, No_scan_tag - 1);
  BACTRIAN_IN("icaml_alloc_9", a);
  BACTRIAN_IN("icaml_alloc_9", b);
  BACTRIAN_IN("icaml_alloc_9", c);
  BACTRIAN_IN("icaml_alloc_9", d);
  BACTRIAN_IN("icaml_alloc_9", e);
  BACTRIAN_IN("icaml_alloc_9", f);
  BACTRIAN_IN("icaml_alloc_9", g);
  BACTRIAN_IN("icaml_alloc_9", h);
  BACTRIAN_IN("icaml_alloc_9", i);
  value block = bactrian_small(9, tag);
  Field(block, 0) = *a;
  Field(block, 1) = *b;
  Field(block, 2) = *c;
  Field(block, 3) = *d;
  Field(block, 4) = *e;
  Field(block, 5) = *f;
  Field(block, 6) = *g;
  Field(block, 7) = *h;
  Field(block, 8) = *i;
  *root = block;
}


/* `Some x`, and `head :: tail`. */
BACTRIAN_API(void, icaml_alloc_some, value *root, value *x) {
  BACTRIAN_USE("icaml_alloc_some");
  BACTRIAN_OUT("icaml_alloc_some", root);
  BACTRIAN_IN("icaml_alloc_some", x);
  value block = bactrian_small(1, Tag_some);
  Field(block, 0) = *x;
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_cons, value *root, value *head, value *tail) {
  BACTRIAN_USE("icaml_alloc_cons");
  BACTRIAN_OUT("icaml_alloc_cons", root);
  BACTRIAN_IN("icaml_alloc_cons", head);
  BACTRIAN_IN("icaml_alloc_cons", tail);
  value block = bactrian_small(2, Tag_cons);
  Field(block, 0) = *head;
  Field(block, 1) = *tail;
  *root = block;
}


/* A float array, uninitialised. */
BACTRIAN_API(void, icaml_alloc_float_array, value *root, mlsize_t length) {
  BACTRIAN_USE("icaml_alloc_float_array");
  BACTRIAN_OUT("icaml_alloc_float_array", root);
  BACTRIAN_NUMBER("icaml_alloc_float_array", length, 0, (intptr_t)Max_wosize);
  *root = length <= BACTRIAN_MAX_SMALL ? caml_alloc_float_array(length) : bactrian_large(length * Double_wosize, Double_array_tag);
}


/* A string of so many bytes, uninitialised. */
BACTRIAN_API(void, icaml_alloc_string, value *root, mlsize_t length) {
  BACTRIAN_USE("icaml_alloc_string");
  BACTRIAN_OUT("icaml_alloc_string", root);
  BACTRIAN_NUMBER("icaml_alloc_string", length, 0, (intptr_t)(Max_wosize * sizeof(value) - 1));
  *root = bactrian_string(length);
}


/* A copy of `length` bytes, which lie outside the OCaml heap. */
BACTRIAN_API(void, icaml_alloc_initialized_string, value *root, mlsize_t length, const char *bytes) {
  BACTRIAN_USE("icaml_alloc_initialized_string");
  BACTRIAN_OUT("icaml_alloc_initialized_string", root);
  BACTRIAN_NUMBER("icaml_alloc_initialized_string", length, 0, (intptr_t)(Max_wosize * sizeof(value) - 1));
  BACTRIAN_OUTSIDE("icaml_alloc_initialized_string", bytes);
  *root = bactrian_string_of(length, bytes);
}


/* A copy of a C string. */
BACTRIAN_API(void, icaml_copy_string, value *root, const char *string) {
  BACTRIAN_USE("icaml_copy_string");
  BACTRIAN_OUT("icaml_copy_string", root);
  BACTRIAN_OUTSIDE("icaml_copy_string", string);
  *root = bactrian_string_of(strlen(string), string);
}


/* A `string array` of C strings; NULL ends them. */
BACTRIAN_API(void, icaml_copy_string_array, value *root, const char *const *strings) {
  BACTRIAN_USE("icaml_copy_string_array");
  BACTRIAN_OUT("icaml_copy_string_array", root);
  BACTRIAN_CHECK(outside, (const char *)strings, "strings", "icaml_copy_string_array", BACTRIAN_ON0);
  *root = caml_copy_string_array(strings);
}

BACTRIAN_API(void, icaml_copy_double, value *root, double number) {
  BACTRIAN_USE("icaml_copy_double");
  BACTRIAN_OUT("icaml_copy_double", root);
  *root = caml_copy_double(number);
}

BACTRIAN_API(void, icaml_copy_int32, value *root, int32_t number) {
  BACTRIAN_USE("icaml_copy_int32");
  BACTRIAN_OUT("icaml_copy_int32", root);
  *root = caml_copy_int32(number);
}

BACTRIAN_API(void, icaml_copy_int64, value *root, int64_t number) {
  BACTRIAN_USE("icaml_copy_int64");
  BACTRIAN_OUT("icaml_copy_int64", root);
  *root = caml_copy_int64(number);
}

BACTRIAN_API(void, icaml_copy_nativeint, value *root, intnat number) {
  BACTRIAN_USE("icaml_copy_nativeint");
  BACTRIAN_OUT("icaml_copy_nativeint", root);
  *root = caml_copy_nativeint(number);
}


/* An array whose elements `make` writes, one a string; NULL ends them. `make` may allocate. */
BACTRIAN_API(void, icaml_alloc_array, value *root, void (*make)(value *root, const char *string), const char *const *strings) {
  BACTRIAN_USE("icaml_alloc_array");
  BACTRIAN_OUT("icaml_alloc_array", root);
  BACTRIAN_CHECK(outside, (const char *)strings, "strings", "icaml_alloc_array", BACTRIAN_ON0);
  mlsize_t count = 0;
  while (strings[count] != NULL) count++;
  struct caml__roots_block *locals __attribute__((cleanup(bactrian_restore), unused)) = BACTRIAN_STATE->local_roots;
  value array = Val_unit, element = Val_unit, *const kept[] = {&array, &element};
  struct bactrian_params params;
  bactrian_register(&params, kept, 2);
  array = count <= BACTRIAN_MAX_SMALL ? caml_alloc(count, 0) : bactrian_large(count, 0);
  for (mlsize_t i = 0; i < count; i++) {
    make(&element, strings[i]);
    bactrian_store(array, i, element);
  }
  *root = array;
}


/* A string made as by printf. */
__attribute__((format(printf, BACTRIAN_FORMAT, BACTRIAN_FORMAT + 1), unused)) static void BACTRIAN_NAME(
    icaml_alloc_sprintf)(BACTRIAN_SITE value *root, const char *format, ...) {
  BACTRIAN_USE("icaml_alloc_sprintf");
  BACTRIAN_OUT("icaml_alloc_sprintf", root);
  char small[128];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (length < 0) length = 0;
  if ((size_t)length < sizeof small) {
    *root = bactrian_string_of((mlsize_t)length, small);
    return;
  }
  char *large = (char *)malloc((size_t)length + 1);
  if (large == NULL) bactrian_no_memory();
  va_start(arguments, format);
  vsnprintf(large, (size_t)length + 1, format, arguments);
  va_end(arguments);
  /* Copied by parts, since nothing may raise or throw while `large` is to be freed. */
  if ((size_t)length < BACTRIAN_MAX_SMALL * sizeof(value)) {
    *root = caml_alloc_initialized_string((mlsize_t)length, large);
    free(large);
    return;
  }
  mlsize_t size = (mlsize_t)length / sizeof(value) + 1;
  value string = bactrian_c_alloc(size, String_tag);
  if (string != 0) {
    Field(string, size - 1) = 0;
    Byte_u(string, size * sizeof(value) - 1) = (unsigned char)(size * sizeof(value) - 1 - (mlsize_t)length);
    memcpy(Bytes_val(string), large, (size_t)length);
  }
  free(large);
  if (string == 0) bactrian_no_memory();
  *root = string;
}


/* A custom block with `bytes` of data, uninitialised: icustom_data says where. */
BACTRIAN_API(void, icaml_alloc_custom, value *root, const struct custom_operations *operations, size_t bytes, mlsize_t used, mlsize_t most) {
  BACTRIAN_USE("icaml_alloc_custom");
  BACTRIAN_OUT("icaml_alloc_custom", root);
  BACTRIAN_NUMBER("icaml_alloc_custom", bytes, 0, (intptr_t)((Max_wosize - 1) * sizeof(value)));
  if (bytes < BACTRIAN_MAX_SMALL * sizeof(value)) {
    *root = caml_alloc_custom(operations, bytes, used, most);
    return;
  }
  value block = bactrian_large(1 + bytes / sizeof(value) + (bytes % sizeof(value) != 0), Custom_tag);
  Custom_ops_val(block) = (struct custom_operations *)operations;
  caml_adjust_gc_speed(used, most);
  *root = block;
}

BACTRIAN_API(void, icaml_alloc_custom_mem, value *root, const struct custom_operations *operations, size_t bytes, mlsize_t memory) {
  BACTRIAN_USE("icaml_alloc_custom_mem");
  BACTRIAN_OUT("icaml_alloc_custom_mem", root);
  BACTRIAN_NUMBER("icaml_alloc_custom_mem", bytes, 0, (intptr_t)((Max_wosize - 1) * sizeof(value)));
  if (bytes < BACTRIAN_MAX_SMALL * sizeof(value)) {
    *root = caml_alloc_custom_mem(operations, bytes, memory);
    return;
  }
  value block = bactrian_large(1 + bytes / sizeof(value) + (bytes % sizeof(value) != 0), Custom_tag);
  Custom_ops_val(block) = (struct custom_operations *)operations;
  caml_adjust_gc_speed(memory, caml_custom_get_max_major());
  *root = block;
}


/* ---- Words (caml/mlvalues.h) ------------------------------------------------------------------------- */


/* Immediates. They are no pointers, so they may be passed as values. */
BACTRIAN_API(value, iVal_long, intnat number) {
  BACTRIAN_NUMBER("iVal_long", number, Min_long, Max_long);
  return Val_long(number);
}

BACTRIAN_API(value, iVal_bool, int truth) {
  return truth ? Val_true : Val_false;
}

BACTRIAN_API(intnat, iLong_val, const value *root) {
  BACTRIAN_IS("iLong_val", root, BACTRIAN_LONG);
  return Long_val(*root);
}

BACTRIAN_API(int, iInt_val, const value *root) {
  BACTRIAN_IS("iInt_val", root, BACTRIAN_LONG);
  return Int_val(*root);
}

BACTRIAN_API(int, iBool_val, const value *root) {
  BACTRIAN_IS("iBool_val", root, BACTRIAN_LONG);
  return *root != Val_false;
}

BACTRIAN_API(double, iDouble_val, const value *root) {
  BACTRIAN_IS("iDouble_val", root, BACTRIAN_DOUBLE);
  return Double_val(*root);
}

BACTRIAN_API(int32_t, iInt32_val, const value *root) {
  BACTRIAN_IS("iInt32_val", root, BACTRIAN_INT32);
  return Int32_val(*root);
}

BACTRIAN_API(int64_t, iInt64_val, const value *root) {
  BACTRIAN_IS("iInt64_val", root, BACTRIAN_INT64);
  return Int64_val(*root);
}

BACTRIAN_API(intnat, iNativeint_val, const value *root) {
  BACTRIAN_IS("iNativeint_val", root, BACTRIAN_NATIVEINT);
  return Nativeint_val(*root);
}


/* The bytes in place: gone after anything that may allocate. */
BACTRIAN_API(const char *, iString_val, const value *root) {
  BACTRIAN_IS("iString_val", root, BACTRIAN_STRING);
  return String_val(*root);
}

BACTRIAN_API(unsigned char *, iBytes_val, const value *root) {
  BACTRIAN_IS("iBytes_val", root, BACTRIAN_STRING);
  return Bytes_val(*root);
}

BACTRIAN_API(mlsize_t, istring_length, const value *root) {
  BACTRIAN_IS("istring_length", root, BACTRIAN_STRING);
  return caml_string_length(*root);
}


/* Whether the string holds no NUL. */
BACTRIAN_API(int, istring_is_c_safe, const value *root) {
  BACTRIAN_IS("istring_is_c_safe", root, BACTRIAN_STRING);
  return caml_string_is_c_safe(*root);
}

BACTRIAN_API(mlsize_t, iarray_length, const value *root) {
  BACTRIAN_IS("iarray_length", root, BACTRIAN_BLOCK);
  return Wosize_val(*root);
}

BACTRIAN_API(int, iis_double_array, const value *root) {
  BACTRIAN_IS("iis_double_array", root, BACTRIAN_BLOCK);
  return Tag_val(*root) == Double_array_tag;
}


/* The data in place: gone after anything that may allocate. */
BACTRIAN_API(void *, icustom_data, const value *root) {
  BACTRIAN_IS("icustom_data", root, BACTRIAN_CUSTOM);
  return Data_custom_val(*root);
}

BACTRIAN_API(void *, iabstract_data, const value *root) {
  BACTRIAN_IS("iabstract_data", root, BACTRIAN_ABSTRACT);
  return Op_val(*root);
}

BACTRIAN_API(int, iIs_long, const value *root) {
  BACTRIAN_IN("iIs_long", root);
  return Is_long(*root);
}

BACTRIAN_API(int, iIs_block, const value *root) {
  BACTRIAN_IN("iIs_block", root);
  return Is_block(*root);
}

BACTRIAN_API(int, iIs_none, const value *root) {
  BACTRIAN_IN("iIs_none", root);
  return *root == Val_none;
}

BACTRIAN_API(int, iIs_some, const value *root) {
  BACTRIAN_IN("iIs_some", root);
  return Is_block(*root);
}

BACTRIAN_API(int, iIs_emptylist, const value *root) {
  BACTRIAN_IN("iIs_emptylist", root);
  return *root == Val_emptylist;
}

BACTRIAN_API(int, iget_tag, const value *root) {
  BACTRIAN_IS("iget_tag", root, BACTRIAN_BLOCK);
  return (int)Tag_val(*root);
}

BACTRIAN_API(mlsize_t, iget_size, const value *root) {
  BACTRIAN_IS("iget_size", root, BACTRIAN_BLOCK);
  return Wosize_val(*root);
}


/* The word of a field, which is no root: store it in one before anything allocates. */
BACTRIAN_API(value, iget_field, const value *root, mlsize_t n) {
  BACTRIAN_INDEX("iget_field", root, BACTRIAN_VALUES, n);
  return Field(*root, n);
}


/* A field, put in a root. */
BACTRIAN_API(void, iload_field, value *result, const value *root, mlsize_t n) {
  BACTRIAN_OUT("iload_field", result);
  BACTRIAN_INDEX("iload_field", root, BACTRIAN_VALUES, n);
  *result = Field(*root, n);
}

BACTRIAN_API(intnat, iget_field_long, const value *root, mlsize_t n) {
  BACTRIAN_INDEX("iget_field_long", root, BACTRIAN_VALUES, n);
  return Long_val(Field(*root, n));
}

BACTRIAN_API(void, iset_field, value *root, mlsize_t n, const value *v) {
  BACTRIAN_INDEX("iset_field", root, BACTRIAN_VALUES, n);
  BACTRIAN_IN("iset_field", v);
  bactrian_store(*root, n, *v);
}

BACTRIAN_API(void, iset_field_long, value *root, mlsize_t n, intnat number) {
  BACTRIAN_INDEX("iset_field_long", root, BACTRIAN_VALUES, n);
  BACTRIAN_NUMBER("iset_field_long", number, Min_long, Max_long);
  bactrian_store(*root, n, Val_long(number));
}

BACTRIAN_API(double, iget_double_field, const value *root, mlsize_t n) {
  BACTRIAN_INDEX("iget_double_field", root, BACTRIAN_DOUBLE_ARRAY, n);
  return Double_flat_field(*root, n);
}

BACTRIAN_API(void, iset_double_field, value *root, mlsize_t n, double number) {
  BACTRIAN_INDEX("iset_double_field", root, BACTRIAN_DOUBLE_ARRAY, n);
  Store_double_flat_field(*root, n, number);
}

BACTRIAN_API(int, iget_byte, const value *root, mlsize_t n) {
  BACTRIAN_INDEX("iget_byte", root, BACTRIAN_STRING, n);
  return Byte_u(*root, n);
}

BACTRIAN_API(void, iset_byte, value *root, mlsize_t n, int byte) {
  BACTRIAN_INDEX("iset_byte", root, BACTRIAN_STRING, n);
  Byte_u(*root, n) = (unsigned char)byte;
}


/* Makes a root hold what another holds, or an immediate. */
BACTRIAN_API(void, iset, value *root, const value *v) {
  BACTRIAN_OUT("iset", root);
  BACTRIAN_IN("iset", v);
  *root = *v;
}

BACTRIAN_API(void, iset_long, value *root, intnat number) {
  BACTRIAN_OUT("iset_long", root);
  BACTRIAN_NUMBER("iset_long", number, Min_long, Max_long);
  *root = Val_long(number);
}


/* The sum of the flags of a list of constant constructors. */
BACTRIAN_API(int, icaml_convert_flag_list, const value *list, const int *flags) {
  BACTRIAN_IN("icaml_convert_flag_list", list);
  return caml_convert_flag_list(*list, flags);
}


/* The immediate of a polymorphic variant. */
BACTRIAN_API(value, icaml_hash_variant, const char *name) {
  return caml_hash_variant(name);
}


/* ---- Global roots ------------------------------------------------------------------------------------ */


/* Makes a variable a root until it is removed. */
BACTRIAN_API(void, icaml_register_global_root, value *root) {
  BACTRIAN_USE("icaml_register_global_root");
  BACTRIAN_CHECK(global, root, 1, "root", "icaml_register_global_root", BACTRIAN_ON0);
  caml_register_global_root(root);
}

BACTRIAN_API(void, icaml_remove_global_root, value *root) {
  BACTRIAN_USE("icaml_remove_global_root");
  BACTRIAN_CHECK(global, root, 0, "root", "icaml_remove_global_root", BACTRIAN_ON0);
  caml_remove_global_root(root);
}


/* ---- Calls into OCaml (caml/callback.h) -------------------------------------------------------------- */


/* How a call ended: with its result, or with an exception. */
typedef enum { ICAML_OK = 0, ICAML_RAISED = 1 } icaml_outcome;

extern value caml_callback_exn(value, value);

static inline icaml_outcome bactrian_outcome(value *result, value v) {
  if (Is_exception_result(v)) {
    *result = Extract_exception(v);
    return ICAML_RAISED;
  }
  *result = v;
  return ICAML_OK;
}

/* The current region is disabled while OCaml runs; what the callee left open is left. */
#ifdef BACTRIAN_CHECKED
#define BACTRIAN_CALL_BEGIN(api)    \
  struct bactrian_frame bactrian_call_; \
  bactrian_checked_call(&bactrian_call_, api, file_, line_)
#define BACTRIAN_CALL_END(api) bactrian_checked_called(&bactrian_call_, api, file_, line_)
#else
#define BACTRIAN_CALL_BEGIN(api)    \
  struct bactrian_frame bactrian_call_; \
  bactrian_mark(&bactrian_call_)
/* The thread is known to this object since the call began. */
#define BACTRIAN_CALL_END(api) bactrian_tls->top = bactrian_call_.top
#endif


/* Calls a function. The result, or on ICAML_RAISED the exception, is put in the first root. */
__attribute__((warn_unused_result)) BACTRIAN_API(icaml_outcome, icaml_callback_exn, value *result, const value *closure, const value *a) {
  BACTRIAN_USE("icaml_callback_exn");
  BACTRIAN_OUT("icaml_callback_exn", result);
  BACTRIAN_IS("icaml_callback_exn", closure, BACTRIAN_FUNCTION);
  BACTRIAN_IN("icaml_callback_exn", a);
  BACTRIAN_CALL_BEGIN("icaml_callback_exn");
  value v = caml_callback_exn(*closure, *a);
  BACTRIAN_CALL_END("icaml_callback_exn");
  return bactrian_outcome(result, v);
}

__attribute__((warn_unused_result)) BACTRIAN_API(icaml_outcome, icaml_callback2_exn, value *result, const value *closure, const value *a, const value *b) {
  BACTRIAN_USE("icaml_callback2_exn");
  BACTRIAN_OUT("icaml_callback2_exn", result);
  BACTRIAN_IS("icaml_callback2_exn", closure, BACTRIAN_FUNCTION);
  BACTRIAN_IN("icaml_callback2_exn", a);
  BACTRIAN_IN("icaml_callback2_exn", b);
  BACTRIAN_CALL_BEGIN("icaml_callback2_exn");
  value v = caml_callback2_exn(*closure, *a, *b);
  BACTRIAN_CALL_END("icaml_callback2_exn");
  return bactrian_outcome(result, v);
}

__attribute__((warn_unused_result)) BACTRIAN_API(icaml_outcome, icaml_callback3_exn, value *result, const value *closure, const value *a, const value *b, const value *c) {
  BACTRIAN_USE("icaml_callback3_exn");
  BACTRIAN_OUT("icaml_callback3_exn", result);
  BACTRIAN_IS("icaml_callback3_exn", closure, BACTRIAN_FUNCTION);
  BACTRIAN_IN("icaml_callback3_exn", a);
  BACTRIAN_IN("icaml_callback3_exn", b);
  BACTRIAN_IN("icaml_callback3_exn", c);
  BACTRIAN_CALL_BEGIN("icaml_callback3_exn");
  value v = caml_callback3_exn(*closure, *a, *b, *c);
  BACTRIAN_CALL_END("icaml_callback3_exn");
  return bactrian_outcome(result, v);
}


/* 1 to 256 arguments: an array of roots. Another number is Invalid_argument. */
__attribute__((warn_unused_result)) BACTRIAN_API(icaml_outcome, icaml_callbackN_exn, value *result, const value *closure, int count, value *const *arguments) {
  BACTRIAN_USE("icaml_callbackN_exn");
  BACTRIAN_OUT("icaml_callbackN_exn", result);
  BACTRIAN_IS("icaml_callbackN_exn", closure, BACTRIAN_FUNCTION);
  BACTRIAN_NUMBER("icaml_callbackN_exn", count, 1, 256);
  if (__builtin_expect(count < 1 || count > 256, 0)) {
    *result = caml_exception_invalid_argument("icaml_callbackN_exn: a call has 1 to 256 arguments");
    return ICAML_RAISED;
  }
  value words[256];
  for (int i = 0; i < count; i++) {
    BACTRIAN_CHECK(in, arguments[i], "arguments[i]", "icaml_callbackN_exn", BACTRIAN_ON0);
    words[i] = *arguments[i];
  }
  BACTRIAN_CALL_BEGIN("icaml_callbackN_exn");
  value v = caml_callbackN_exn(*closure, count, words);
  BACTRIAN_CALL_END("icaml_callbackN_exn");
  return bactrian_outcome(result, v);
}


/* The root that the runtime keeps for `Callback.register name v`, the same for ever, or NULL. */
BACTRIAN_API(const value *, icaml_named_value, const char *name) {
  BACTRIAN_USE("icaml_named_value");
  return caml_named_value(name);
}


/* The function of a public method, to be called with the object first; 0, and `()`, when the object has none of the name. */
BACTRIAN_API(int, icaml_get_public_method, value *result, const value *object, const char *name) {
  BACTRIAN_OUT("icaml_get_public_method", result);
  BACTRIAN_IS("icaml_get_public_method", object, BACTRIAN_BLOCK);
  value method = caml_get_public_method(*object, caml_hash_variant(name));
  *result = method == 0 ? Val_unit : method;
  return method != 0;
}


/* ---- Exceptions (caml/fail.h), to be raised by rCAMLraise -------------------------------------------- */

BACTRIAN_API(void, icaml_exception_failure, value *root, const char *message) {
  BACTRIAN_USE("icaml_exception_failure");
  BACTRIAN_OUT("icaml_exception_failure", root);
  BACTRIAN_OUTSIDE("icaml_exception_failure", message);
  *root = caml_exception_failure_value(bactrian_string_of(strlen(message), message));
}

BACTRIAN_API(void, icaml_exception_invalid_argument, value *root, const char *message) {
  BACTRIAN_USE("icaml_exception_invalid_argument");
  BACTRIAN_OUT("icaml_exception_invalid_argument", root);
  BACTRIAN_OUTSIDE("icaml_exception_invalid_argument", message);
  *root = caml_exception_invalid_argument_value(bactrian_string_of(strlen(message), message));
}

BACTRIAN_API(void, icaml_exception_not_found, value *root) {
  BACTRIAN_USE("icaml_exception_not_found");
  BACTRIAN_OUT("icaml_exception_not_found", root);
  *root = caml_exception_not_found();
}

BACTRIAN_API(void, icaml_exception_end_of_file, value *root) {
  BACTRIAN_USE("icaml_exception_end_of_file");
  BACTRIAN_OUT("icaml_exception_end_of_file", root);
  *root = caml_exception_end_of_file();
}

BACTRIAN_API(void, icaml_exception_out_of_memory, value *root) {
  BACTRIAN_USE("icaml_exception_out_of_memory");
  BACTRIAN_OUT("icaml_exception_out_of_memory", root);
  *root = caml_exception_out_of_memory();
}


/* An exception from its constructor, such as icaml_named_value gives, and its argument. */
BACTRIAN_API(void, icaml_exception_with_arg, value *root, const value *constructor, const value *argument) {
  BACTRIAN_USE("icaml_exception_with_arg");
  BACTRIAN_OUT("icaml_exception_with_arg", root);
  BACTRIAN_IN("icaml_exception_with_arg", constructor);
  BACTRIAN_IN("icaml_exception_with_arg", argument);
  *root = caml_exception_with_arg(*constructor, *argument);
}


extern char *caml_format_exception(value);


/* The exception as OCaml prints it, to be freed by caml_stat_free. */
BACTRIAN_API(char *, icaml_format_exception, const value *exception) {
  BACTRIAN_IS("icaml_format_exception", exception, BACTRIAN_BLOCK);
  return caml_format_exception(*exception);
}

#undef BACTRIAN_USE
#undef BACTRIAN_IN
#undef BACTRIAN_OUT
#undef BACTRIAN_IS
#undef BACTRIAN_INDEX
#undef BACTRIAN_NUMBER
#undef BACTRIAN_OUTSIDE
#undef BACTRIAN_CALL_BEGIN
#undef BACTRIAN_CALL_END

#ifdef __cplusplus
}
#endif

/* In checked mode each name passes the caller's place. */
#ifdef BACTRIAN_CHECKED
#define icaml_alloc(...) bactrian_at_icaml_alloc(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_small(...) bactrian_at_icaml_alloc_small(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_shr(...) bactrian_at_icaml_alloc_shr(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_tuple(...) bactrian_at_icaml_alloc_tuple(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_1(...) bactrian_at_icaml_alloc_1(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_2(...) bactrian_at_icaml_alloc_2(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_3(...) bactrian_at_icaml_alloc_3(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_4(...) bactrian_at_icaml_alloc_4(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_5(...) bactrian_at_icaml_alloc_5(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_6(...) bactrian_at_icaml_alloc_6(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_7(...) bactrian_at_icaml_alloc_7(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_8(...) bactrian_at_icaml_alloc_8(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_9(...) bactrian_at_icaml_alloc_9(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_some(...) bactrian_at_icaml_alloc_some(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_cons(...) bactrian_at_icaml_alloc_cons(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_float_array(...) bactrian_at_icaml_alloc_float_array(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_string(...) bactrian_at_icaml_alloc_string(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_initialized_string(...) bactrian_at_icaml_alloc_initialized_string(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_string(...) bactrian_at_icaml_copy_string(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_string_array(...) bactrian_at_icaml_copy_string_array(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_double(...) bactrian_at_icaml_copy_double(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_int32(...) bactrian_at_icaml_copy_int32(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_int64(...) bactrian_at_icaml_copy_int64(BACTRIAN_HERE __VA_ARGS__)
#define icaml_copy_nativeint(...) bactrian_at_icaml_copy_nativeint(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_array(...) bactrian_at_icaml_alloc_array(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_sprintf(...) bactrian_at_icaml_alloc_sprintf(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_custom(...) bactrian_at_icaml_alloc_custom(BACTRIAN_HERE __VA_ARGS__)
#define icaml_alloc_custom_mem(...) bactrian_at_icaml_alloc_custom_mem(BACTRIAN_HERE __VA_ARGS__)
#define iVal_long(...) bactrian_at_iVal_long(BACTRIAN_HERE __VA_ARGS__)
#define iVal_bool(...) bactrian_at_iVal_bool(BACTRIAN_HERE __VA_ARGS__)
#define iLong_val(...) bactrian_at_iLong_val(BACTRIAN_HERE __VA_ARGS__)
#define iInt_val(...) bactrian_at_iInt_val(BACTRIAN_HERE __VA_ARGS__)
#define iBool_val(...) bactrian_at_iBool_val(BACTRIAN_HERE __VA_ARGS__)
#define iDouble_val(...) bactrian_at_iDouble_val(BACTRIAN_HERE __VA_ARGS__)
#define iInt32_val(...) bactrian_at_iInt32_val(BACTRIAN_HERE __VA_ARGS__)
#define iInt64_val(...) bactrian_at_iInt64_val(BACTRIAN_HERE __VA_ARGS__)
#define iNativeint_val(...) bactrian_at_iNativeint_val(BACTRIAN_HERE __VA_ARGS__)
#define iString_val(...) bactrian_at_iString_val(BACTRIAN_HERE __VA_ARGS__)
#define iBytes_val(...) bactrian_at_iBytes_val(BACTRIAN_HERE __VA_ARGS__)
#define istring_length(...) bactrian_at_istring_length(BACTRIAN_HERE __VA_ARGS__)
#define istring_is_c_safe(...) bactrian_at_istring_is_c_safe(BACTRIAN_HERE __VA_ARGS__)
#define iarray_length(...) bactrian_at_iarray_length(BACTRIAN_HERE __VA_ARGS__)
#define iis_double_array(...) bactrian_at_iis_double_array(BACTRIAN_HERE __VA_ARGS__)
#define icustom_data(...) bactrian_at_icustom_data(BACTRIAN_HERE __VA_ARGS__)
#define iabstract_data(...) bactrian_at_iabstract_data(BACTRIAN_HERE __VA_ARGS__)
#define iIs_long(...) bactrian_at_iIs_long(BACTRIAN_HERE __VA_ARGS__)
#define iIs_block(...) bactrian_at_iIs_block(BACTRIAN_HERE __VA_ARGS__)
#define iIs_none(...) bactrian_at_iIs_none(BACTRIAN_HERE __VA_ARGS__)
#define iIs_some(...) bactrian_at_iIs_some(BACTRIAN_HERE __VA_ARGS__)
#define iIs_emptylist(...) bactrian_at_iIs_emptylist(BACTRIAN_HERE __VA_ARGS__)
#define iget_tag(...) bactrian_at_iget_tag(BACTRIAN_HERE __VA_ARGS__)
#define iget_size(...) bactrian_at_iget_size(BACTRIAN_HERE __VA_ARGS__)
#define iget_field(...) bactrian_at_iget_field(BACTRIAN_HERE __VA_ARGS__)
#define iload_field(...) bactrian_at_iload_field(BACTRIAN_HERE __VA_ARGS__)
#define iget_field_long(...) bactrian_at_iget_field_long(BACTRIAN_HERE __VA_ARGS__)
#define iset_field(...) bactrian_at_iset_field(BACTRIAN_HERE __VA_ARGS__)
#define iset_field_long(...) bactrian_at_iset_field_long(BACTRIAN_HERE __VA_ARGS__)
#define iget_double_field(...) bactrian_at_iget_double_field(BACTRIAN_HERE __VA_ARGS__)
#define iset_double_field(...) bactrian_at_iset_double_field(BACTRIAN_HERE __VA_ARGS__)
#define iget_byte(...) bactrian_at_iget_byte(BACTRIAN_HERE __VA_ARGS__)
#define iset_byte(...) bactrian_at_iset_byte(BACTRIAN_HERE __VA_ARGS__)
#define iset(...) bactrian_at_iset(BACTRIAN_HERE __VA_ARGS__)
#define iset_long(...) bactrian_at_iset_long(BACTRIAN_HERE __VA_ARGS__)
#define icaml_convert_flag_list(...) bactrian_at_icaml_convert_flag_list(BACTRIAN_HERE __VA_ARGS__)
#define icaml_hash_variant(...) bactrian_at_icaml_hash_variant(BACTRIAN_HERE __VA_ARGS__)
#define icaml_register_global_root(...) bactrian_at_icaml_register_global_root(BACTRIAN_HERE __VA_ARGS__)
#define icaml_remove_global_root(...) bactrian_at_icaml_remove_global_root(BACTRIAN_HERE __VA_ARGS__)
#define icaml_callback_exn(...) bactrian_at_icaml_callback_exn(BACTRIAN_HERE __VA_ARGS__)
#define icaml_callback2_exn(...) bactrian_at_icaml_callback2_exn(BACTRIAN_HERE __VA_ARGS__)
#define icaml_callback3_exn(...) bactrian_at_icaml_callback3_exn(BACTRIAN_HERE __VA_ARGS__)
#define icaml_callbackN_exn(...) bactrian_at_icaml_callbackN_exn(BACTRIAN_HERE __VA_ARGS__)
#define icaml_named_value(...) bactrian_at_icaml_named_value(BACTRIAN_HERE __VA_ARGS__)
#define icaml_get_public_method(...) bactrian_at_icaml_get_public_method(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_failure(...) bactrian_at_icaml_exception_failure(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_invalid_argument(...) bactrian_at_icaml_exception_invalid_argument(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_not_found(...) bactrian_at_icaml_exception_not_found(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_end_of_file(...) bactrian_at_icaml_exception_end_of_file(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_out_of_memory(...) bactrian_at_icaml_exception_out_of_memory(BACTRIAN_HERE __VA_ARGS__)
#define icaml_exception_with_arg(...) bactrian_at_icaml_exception_with_arg(BACTRIAN_HERE __VA_ARGS__)
#define icaml_format_exception(...) bactrian_at_icaml_format_exception(BACTRIAN_HERE __VA_ARGS__)
#endif

/* The seed of this API spelt one function in two ways. */
#define icaml_set_field iset_field
#define icaml_get_field iget_field

#endif /* BACTRIAN_ICAML_H */
