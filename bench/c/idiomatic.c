/* Column C: what the manual's chapter "Interfacing C with OCaml" teaches to write.
   Values are registered with CAMLparam/CAMLlocal as soon as a function allocates or calls
   back, blocks come from caml_alloc and are filled by Store_field. */

#include <stdlib.h>
#include <string.h>

#include <caml/alloc.h>
#include <caml/bigarray.h>
#include <caml/callback.h>
#include <caml/fail.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>

#include "rows.h"

value c_noop(value unit)
{
  return unit;
}

intnat c_noalloc_int(intnat a, intnat b)
{
  return a + b;
}

double c_noalloc_float(double a, double b)
{
  return a + b;
}

value c_add_int(value a, value b)
{
  CAMLparam2(a, b);
  CAMLreturn(Val_long(Long_val(a) + Long_val(b)));
}

value c_add_float(value a, value b)
{
  CAMLparam2(a, b);
  CAMLreturn(caml_copy_double(Double_val(a) + Double_val(b)));
}

value c_string_len(value s)
{
  CAMLparam1(s);
  CAMLreturn(Val_long(caml_string_length(s)));
}

/* A plain decoder, a character at a time: no shortest-form or surrogate is let through. */
static int is_utf8(const unsigned char *p, size_t len)
{
  const unsigned char *end = p + len;
  while (p < end) {
    unsigned char lead = *p++;
    unsigned char low = 0x80, high = 0xBF;
    int more;
    if (lead < 0x80) continue;
    if (lead >= 0xC2 && lead <= 0xDF) more = 1;
    else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else return 0;
    for (; more > 0; more--) {
      if (p == end || *p < low || *p > high) return 0;
      p++;
      low = 0x80;
      high = 0xBF;
    }
  }
  return 1;
}

value c_string_utf8(value s)
{
  CAMLparam1(s);
  mlsize_t len = caml_string_length(s);
  if (!is_utf8((const unsigned char *)String_val(s), len))
    caml_invalid_argument("not UTF-8");
  CAMLreturn(Val_long(len));
}

value c_string_echo(value s)
{
  CAMLparam1(s);
  CAMLlocal1(copy);
  mlsize_t len = caml_string_length(s);
  copy = caml_alloc_string(len);
  memcpy(Bytes_val(copy), String_val(s), len);
  CAMLreturn(copy);
}

value c_pair(value a, value b)
{
  CAMLparam2(a, b);
  CAMLlocal1(pair);
  pair = caml_alloc(2, 0);
  Store_field(pair, 0, a);
  Store_field(pair, 1, b);
  CAMLreturn(pair);
}

value c_triplet(value a, value b, value c)
{
  CAMLparam3(a, b, c);
  CAMLlocal2(inner, outer);
  inner = caml_alloc(2, 0);
  Store_field(inner, 0, b);
  Store_field(inner, 1, c);
  outer = caml_alloc(2, 0);
  Store_field(outer, 0, a);
  Store_field(outer, 1, inner);
  CAMLreturn(outer);
}

value c_list_sum(value list)
{
  CAMLparam1(list);
  intnat sum = 0;
  for (; list != Val_emptylist; list = Field(list, 1))
    sum += Long_val(Field(list, 0));
  CAMLreturn(Val_long(sum));
}

value c_list_vec(value list)
{
  CAMLparam1(list);
  CAMLlocal2(result, cell);
  size_t len = 0;
  for (value l = list; l != Val_emptylist; l = Field(l, 1)) len++;
  intnat *items = caml_stat_alloc(len * sizeof *items);
  size_t i = 0;
  for (value l = list; l != Val_emptylist; l = Field(l, 1))
    items[i++] = Long_val(Field(l, 0));

  result = Val_emptylist;
  while (i > 0) {
    cell = caml_alloc(2, 0);
    Store_field(cell, 0, Val_long(items[--i]));
    Store_field(cell, 1, result);
    result = cell;
  }
  caml_stat_free(items);
  CAMLreturn(result);
}

value c_list_build(value n)
{
  CAMLparam1(n);
  CAMLlocal2(result, cell);
  result = Val_emptylist;
  for (intnat i = Long_val(n); i > 0; i--) {
    cell = caml_alloc(2, 0);
    Store_field(cell, 0, Val_long(i - 1));
    Store_field(cell, 1, result);
    result = cell;
  }
  CAMLreturn(result);
}

/* The C side of the record and of the variant owns a copy of the string. */

static struct text text_of_value(value s)
{
  struct text text;
  text.len = caml_string_length(s);
  text.bytes = caml_stat_alloc(text.len + 1);
  memcpy(text.bytes, String_val(s), text.len + 1);
  return text;
}

static value value_of_text(const struct text *text)
{
  return caml_alloc_initialized_string(text->len, text->bytes);
}

static struct person person_of_value(value v)
{
  struct person person;
  person.name = text_of_value(Field(v, 0));
  person.age = Long_val(Field(v, 1));
  person.weight = Double_val(Field(v, 2));
  return person;
}

static value value_of_person(const struct person *person)
{
  CAMLparam0();
  CAMLlocal3(result, name, weight);
  name = value_of_text(&person->name);
  weight = caml_copy_double(person->weight);
  result = caml_alloc(3, 0);
  Store_field(result, 0, name);
  Store_field(result, 1, Val_long(person->age));
  Store_field(result, 2, weight);
  CAMLreturn(result);
}

value c_record(value v)
{
  CAMLparam1(v);
  CAMLlocal1(result);
  struct person person = person_of_value(v);
  person.age++;
  result = value_of_person(&person);
  caml_stat_free(person.name.bytes);
  CAMLreturn(result);
}

static struct variant variant_of_value(value v)
{
  struct variant variant;
  if (Is_long(v)) {
    variant.kind = VARIANT_A;
  } else if (Tag_val(v) == 0) {
    variant.kind = VARIANT_B;
    variant.as.b = Long_val(Field(v, 0));
  } else {
    variant.kind = VARIANT_C;
    variant.as.c.text = text_of_value(Field(v, 0));
    variant.as.c.number = Double_val(Field(v, 1));
  }
  return variant;
}

static value value_of_variant(const struct variant *variant)
{
  CAMLparam0();
  CAMLlocal3(result, text, number);
  switch (variant->kind) {
  case VARIANT_A:
    result = Val_long(0);
    break;
  case VARIANT_B:
    result = caml_alloc(1, 0);
    Store_field(result, 0, Val_long(variant->as.b));
    break;
  case VARIANT_C:
    text = value_of_text(&variant->as.c.text);
    number = caml_copy_double(variant->as.c.number);
    result = caml_alloc(2, 1);
    Store_field(result, 0, text);
    Store_field(result, 1, number);
    break;
  }
  CAMLreturn(result);
}

value c_variant(value v)
{
  CAMLparam1(v);
  CAMLlocal1(result);
  struct variant variant = variant_of_value(v);
  result = value_of_variant(&variant);
  if (variant.kind == VARIANT_C) caml_stat_free(variant.as.c.text.bytes);
  CAMLreturn(result);
}

value c_callback_once(value f, value x)
{
  CAMLparam2(f, x);
  CAMLreturn(caml_callback(f, x));
}

value c_callback_loop(value f, value n)
{
  CAMLparam2(f, n);
  CAMLlocal1(result);
  intnat count = Long_val(n), sum = 0;
  for (intnat i = 0; i < count; i++) {
    result = caml_callback(f, Val_long(i));
    sum += Long_val(result);
  }
  CAMLreturn(Val_long(sum));
}

value c_callback_raise(value f, value x)
{
  CAMLparam2(f, x);
  CAMLlocal1(result);
  result = caml_callback_exn(f, x);
  if (Is_exception_result(result)) result = Val_long(-1);
  CAMLreturn(result);
}

value c_error(value n)
{
  CAMLparam1(n);
  if (Long_val(n) < 0) caml_failwith("negative");
  CAMLreturn(n);
}

value c_roots_long(value v)
{
  CAMLparam1(v);
  value *roots = caml_stat_alloc(1000 * sizeof *roots);
  for (int i = 0; i < 1000; i++) {
    roots[i] = v;
    caml_register_generational_global_root(&roots[i]);
  }
  for (int i = 0; i < 1000; i++) caml_remove_generational_global_root(&roots[i]);
  caml_stat_free(roots);
  CAMLreturn(Val_long(1000));
}

static intnat one_root(value v)
{
  CAMLparam0();
  CAMLlocal1(root);
  root = v;
  MAY_COLLECT();
  CAMLreturnT(intnat, Is_block(root));
}

value c_roots_local(value v)
{
  CAMLparam1(v);
  intnat sum = 0;
  for (int i = 0; i < 1000; i++) sum += one_root(v);
  CAMLreturn(Val_long(sum));
}

static intnat nested(value v, intnat depth)
{
  CAMLparam0();
  CAMLlocal1(root);
  root = v;
  MAY_COLLECT();
  intnat inner = depth > 1 ? nested(root, depth - 1) : 0;
  CAMLreturnT(intnat, inner + Is_block(root));
}

value c_roots_nested(value v, value depth)
{
  CAMLparam2(v, depth);
  CAMLreturn(Val_long(nested(v, Long_val(depth))));
}

static value process_item(value result, value item)
{
  CAMLparam2(result, item);
  CAMLlocal1(cell);
  cell = caml_alloc(2, 0);
  Store_field(cell, 0, item);
  Store_field(cell, 1, result);
  CAMLreturn(cell);
}

value c_fold_array(value array)
{
  CAMLparam1(array);
  CAMLlocal2(result, item);
  result = Val_emptylist;
  mlsize_t count = Wosize_val(array);
  for (mlsize_t i = 0; i < count; i++) {
    item = Field(array, i);
    result = process_item(result, item);
  }
  CAMLreturn(result);
}

value c_fold_closure(value f, value initial, value array)
{
  CAMLparam3(f, initial, array);
  CAMLlocal2(result, item);
  result = initial;
  mlsize_t count = Wosize_val(array);
  for (mlsize_t i = 0; i < count; i++) {
    item = Field(array, i);
    result = caml_callback2(f, result, item);
  }
  CAMLreturn(result);
}

value c_gc_local(value v, value count, value f)
{
  CAMLparam3(v, count, f);
  intnat n = Long_val(count);
  CAMLlocalN(roots, n + 1);
  for (intnat i = 0; i < n; i++) roots[i] = v;
  caml_callback(f, Val_unit);
  CAMLreturn(Val_unit);
}

value c_gc_long(value v, value count, value f)
{
  CAMLparam3(v, count, f);
  intnat n = Long_val(count);
  value *roots = caml_stat_alloc((n + 1) * sizeof *roots);
  for (intnat i = 0; i < n; i++) {
    roots[i] = v;
    caml_register_generational_global_root(&roots[i]);
  }
  caml_callback(f, Val_unit);
  for (intnat i = 0; i < n; i++) caml_remove_generational_global_root(&roots[i]);
  caml_stat_free(roots);
  CAMLreturn(Val_unit);
}

value c_floats_array(value floats)
{
  CAMLparam1(floats);
  mlsize_t len = Wosize_val(floats) / Double_wosize;
  double sum = 0.0;
  for (mlsize_t i = 0; i < len; i++) sum += Double_flat_field(floats, i);
  CAMLreturn(caml_copy_double(sum));
}

value c_floats_bigarray(value floats)
{
  CAMLparam1(floats);
  const double *data = Caml_ba_data_val(floats);
  intnat len = Caml_ba_array_val(floats)->dim[0];
  double sum = 0.0;
  for (intnat i = 0; i < len; i++) sum += data[i];
  CAMLreturn(caml_copy_double(sum));
}
