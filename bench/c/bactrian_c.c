/* The C API of Bactrian, as its guide teaches it: regions of roots, and functions that take roots. The helpers are those
   of the proposal that it comes from. */

#include <bactrian/rcaml.h>

#include "rows.h"

static value *pair_helper(value *a, value *b)
{
  value *v = rcaml_root();
  icaml_alloc_2(v, 0, a, b);
  return v;
}

value bc_pair(value a, value b)
{
  rCAMLregion(&a, &b);
  rCAMLreturn(pair_helper(&a, &b));
}

value bc_triplet(value a, value b, value c)
{
  rCAMLregion(&a, &b, &c);
  rCAMLreturn(pair_helper(&a, pair_helper(&b, &c)));
}

static intnat one_root(value *v)
{
  value *root = rcaml_root();
  iset(root, v);
  MAY_COLLECT();
  return iIs_block(root);
}

value bc_roots_local(value v)
{
  rCAMLregion(&v);
  intnat sum = 0;
  for (int i = 0; i < 1000; i++) sum += one_root(&v);
  rCAMLreturnT(value, iVal_long(sum));
}

static intnat nested(value *v, intnat depth)
{
  value *root = rcaml_root();
  iset(root, v);
  MAY_COLLECT();
  intnat inner = depth > 1 ? nested(root, depth - 1) : 0;
  return inner + iIs_block(root);
}

value bc_roots_nested(value v, value depth)
{
  rCAMLregion(&v);
  rCAMLreturnT(value, iVal_long(nested(&v, iLong_val(&depth))));
}

static void process_item(value *result, value *item)
{
  icaml_alloc_cons(result, item, result);
}

value bc_fold_array(value array)
{
  rCAMLregion(&array);
  value *result = rcaml_root();
  size_t count = iget_size(&array);
  for (size_t i = 0; i < count; ++i) {
    region_t region;
    rcaml_subenter(&region);
    value *item = rcaml_root();
    *item = iget_field(&array, i);
    process_item(result, item);
    rcaml_subleave(&region);
  }
  rCAMLreturn(result);
}

value bc_fold_closure(value f, value initial, value array)
{
  rCAMLregion(&f, &initial, &array);
  value *result = rcaml_root();
  iset(result, &initial);
  size_t count = iget_size(&array);
  for (size_t i = 0; i < count; ++i) {
    region_t region;
    rcaml_subenter(&region);
    value *item = rcaml_root();
    *item = iget_field(&array, i);
    if (icaml_callback2_exn(result, &f, result, item) == ICAML_RAISED) rCAMLraise(result);
    rcaml_subleave(&region);
  }
  rCAMLreturn(result);
}

value bc_gc_local(value v, value count, value f)
{
  rCAMLregion(&v, &count, &f);
  intnat n = iLong_val(&count);
  value *result = rcaml_root();
  for (intnat i = 0; i < n; i++) iset(rcaml_root(), &v);
  if (icaml_callback_exn(result, &f, result) == ICAML_RAISED) rCAMLraise(result);
  rCAMLreturn(result);
}
