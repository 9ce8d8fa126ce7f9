/* Every listing of the proposal that the C API comes from, as near to its text as C allows. */

#define _GNU_SOURCE
#include <bactrian/rcaml.h>

#include <stdlib.h>

/* The classic API, to compare with. */
CAMLprim value mk_pair_c_impl(value a, value b) {
  CAMLparam2(a, b);
  CAMLlocal1(pair);
  pair = caml_alloc(2, 0);
  Store_field(pair, 0, a);
  Store_field(pair, 1, b);
  CAMLreturn(pair);
}

/* The same without most of the macros. */
CAMLprim value mk_pair_desugared(value a, value b) {
  CAMLparam0();
  CAMLxparam2(a, b);
  value pair = Val_unit;
  CAMLxparam1(pair);
  pair = caml_alloc(2, 0);
  Store_field(pair, 0, a);
  Store_field(pair, 1, b);
  CAMLdrop;
  return (pair);
}

CAMLprim value c_triplet(value x, value y, value z) {
  CAMLparam3(x, y, z);
  CAMLlocal2(intermediate, triplet);
  intermediate = mk_pair_c_impl(y, z);
  triplet = mk_pair_c_impl(x, intermediate);
  CAMLreturn(triplet);
}

/* Indirect functions over CAMLparam and CAMLlocal. */
static void mk_pair_indirect(value *result, value *a, value *b) {
  icaml_assert(result != a, result != b);
  icaml_alloc(result, 2, 0);
  iset_field(result, 0, a);
  iset_field(result, 1, b);
}

CAMLprim value caml_triplet(value x, value y, value z) {
  CAMLparam3(x, y, z);
  CAMLlocal2(pair, result);
  mk_pair_indirect(&pair, &y, &z);
  mk_pair_indirect(&result, &x, &pair);
  CAMLreturn(result);
}

/* The result is an argument too: the functions read every argument before they write. */
static void mk_pair_aliased(value *result, value *a, value *b) { icaml_alloc_2(result, 0, a, b); }

CAMLprim value caml_triplet_aliased(value x, value y, value z) {
  CAMLparam3(x, y, z);
  CAMLlocal1(result);
  mk_pair_aliased(&result, &y, &z);
  mk_pair_aliased(&result, &x, &result);
  CAMLreturn(result);
}

/* Regions. */
value *pair_helper(value *a, value *b) {
  value *v = rcaml_root();
  icaml_alloc(v, 2, 0);
  icaml_set_field(v, 0, a);
  icaml_set_field(v, 1, b);
  return v;
}

CAMLprim value mk_pair(value a, value b) {
  rCAMLregion(&a, &b);
  rCAMLreturn(pair_helper(&a, &b));
}

CAMLprim value mk_triplet(value x, value y, value z) {
  rCAMLregion(&x, &y, &z);
  rCAMLreturn(pair_helper(&x, pair_helper(&y, &z)));
}

/* The same with nothing but the functions. */
CAMLprim value mk_pair_explicit(value a, value b) {
  CAMLparam2(a, b);
  CAMLlocal1(result);
  region_t region;
  rcaml_enter(&region);
  result = rcaml_deref(pair_helper(&a, &b));
  rcaml_leave(&region);
  CAMLreturn(result);
}

/* qsort_r over structs that hold roots, with an OCaml comparator that may allocate, or raise. */
struct item {
  int x;
  value *v;
};

struct comparison {
  const value *function;
  value *exception; /* null until the comparator raises */
};

static int c_comparator(const void *item1, const void *item2, void *context) {
  struct comparison *comparison = context;
  int order = 0;
  if (comparison->exception != NULL) return 0;
  value *exception = NULL;
  rcaml_subregion {
    value *result = rcaml_root();
    if (icaml_callback2_exn(result, comparison->function, ((const struct item *)item1)->v,
                            ((const struct item *)item2)->v) == ICAML_OK)
      order = iInt_val(result);
    else
      exception = result;
    if (exception != NULL) {
      /* One value is carried out of the sub-region: a word, rooted again before anything allocates. */
      iset(((const struct item *)item1)->v, exception);
    }
  }
  if (exception != NULL) comparison->exception = ((const struct item *)item1)->v;
  return order;
}

CAMLprim value sort_items(value array, value comparator) {
  rCAMLregion(&array, &comparator);
  size_t count = iget_size(&array);
  struct item *items = malloc((count + 1) * sizeof(struct item));
  for (size_t i = 0; i < count; i++) {
    items[i].x = (int)i;
    items[i].v = rcaml_root();
    iload_field(items[i].v, &array, i);
  }
  struct comparison comparison = {&comparator, NULL};
  qsort_r(items, count, sizeof(struct item), c_comparator, &comparison);
  value *sorted = rcaml_root();
  if (comparison.exception == NULL) {
    icaml_alloc(sorted, count, 0);
    for (size_t i = 0; i < count; i++) iset_field(sorted, i, items[i].v);
  }
  free(items);
  if (comparison.exception != NULL) rCAMLraise(comparison.exception);
  rCAMLreturn(sorted);
}

/* Sub-regions: one for each element, in constant memory for roots. */
CAMLprim value fold_array(value function, value initial, value array) {
  rCAMLregion(&function, &initial, &array);
  value *result = rcaml_root();
  iset(result, &initial);
  size_t count = iget_size(&array);
  for (size_t i = 0; i < count; ++i) {
    region_t region;
    rcaml_subenter(&region);
    value *item = rcaml_root();
    *item = iget_field(&array, i);
    icaml_outcome outcome = icaml_callback2_exn(result, &function, result, item);
    if (outcome == ICAML_RAISED) rCAMLraise(result);
    rcaml_subleave(&region);
  }
  rCAMLreturn(result);
}

/* An event loop driven by C: handlers get an event and say which one comes next; a negative one ends it. */
CAMLprim value event_loop(value handlers, value first) {
  rCAMLregion(&handlers, &first);
  value *failure = rcaml_root();
  long event = iLong_val(&first);
  long count = 0;
  int failed = 0;
  while (event >= 0 && !failed) {
    rcaml_subregion {
      value *handler = rcaml_root(), *argument = rcaml_root(), *next = rcaml_root();
      iload_field(handler, &handlers, (mlsize_t)event % iget_size(&handlers));
      icaml_alloc_sprintf(argument, "event %ld", event);
      if (icaml_callback_exn(next, handler, argument) == ICAML_RAISED) {
        iset(failure, next);
        failed = 1;
        break;
      }
      event = iLong_val(next);
    }
    count++;
  }
  if (failed) rCAMLraise(failure);
  value *result = rcaml_root();
  iset_long(result, count);
  rCAMLreturn(result);
}

/* A released section with a nested re-acquire. */
static long long_running_c(long n) {
  volatile long sum = 0;
  for (long i = 0; i < n; i++) sum += i % 7;
  return sum;
}

CAMLprim value released_section(value commit, value rounds) {
  rCAMLregion(&commit, &rounds);
  long n = iLong_val(&rounds), sum = 0;
  value *exception = rcaml_root();
  int raised = 0;
  rcaml_without_ocaml {
    for (long i = 0; i < n && !raised; i++) {
      sum += long_running_c(1000);
      rcaml_with_ocaml {
        value *argument = rcaml_root(), *result = rcaml_root();
        iset_long(argument, i);
        if (icaml_callback_exn(result, &commit, argument) == ICAML_RAISED) {
          iset(exception, result);
          raised = 1;
        }
      }
      sum += long_running_c(1000);
    }
  }
  if (raised) rCAMLraise(exception);
  value *result = rcaml_root();
  iset_long(result, sum);
  rCAMLreturn(result);
}
