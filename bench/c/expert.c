/* Column X: the best that an expert writes by hand. Blocks are carved off the minor heap and
   initialised directly, as the code of ocamlopt does it; nothing is registered where nothing can
   move. When the minor heap is full, the idiomatic function does the work instead. */

#define CAML_INTERNALS

#include <stdlib.h>
#include <string.h>

#include <caml/alloc.h>
#include <caml/bigarray.h>
#include <caml/callback.h>
#include <caml/domain_state.h>
#include <caml/fail.h>
#include <caml/memory.h>
#include <caml/minor_gc.h>
#include <caml/mlvalues.h>

#include "rows.h"

#define NO_ROOM ((value)0)
#define rarely(condition) __builtin_expect((condition), 0)

/* A block whose fields are to be stored at once, or NO_ROOM. An interrupt of the runtime shows
   itself as no room, so it is not missed. */
static inline value carve(mlsize_t wosize, tag_t tag)
{
  caml_domain_state *state = Caml_state;
  value *block = state->young_ptr - Whsize_wosize(wosize);
  if (rarely((uintnat)block < atomic_load_explicit(&state->young_limit, memory_order_relaxed)))
    return NO_ROOM;
  state->young_ptr = block;
  Hd_hp(block) = Make_header(wosize, tag, 0);
  return Val_hp(block);
}

value x_noop(value unit)
{
  return unit;
}

value x_add_int(value a, value b)
{
  return a + b - 1;
}

static inline value alloc_double(double d)
{
  value result = carve(Double_wosize, Double_tag);
  if (rarely(result == NO_ROOM)) return caml_copy_double(d);
  Store_double_val(result, d);
  return result;
}

value x_add_float(value a, value b)
{
  return alloc_double(Double_val(a) + Double_val(b));
}

value x_string_len(value s)
{
  return Val_long(caml_string_length(s));
}

/* Copies the words of a string, padding included. */
static inline void copy_words(value result, const void *source, mlsize_t wosize)
{
  for (mlsize_t i = 0; i < wosize; i++) Field(result, i) = ((const value *)source)[i];
}

value x_string_echo(value s)
{
  mlsize_t wosize = Wosize_val(s);
  if (wosize > 16) return c_string_echo(s);
  value result = carve(wosize, String_tag);
  if (rarely(result == NO_ROOM)) return c_string_echo(s);
  copy_words(result, String_val(s), wosize);
  return result;
}

value x_pair(value a, value b)
{
  value pair = carve(2, 0);
  if (rarely(pair == NO_ROOM)) return c_pair(a, b);
  Field(pair, 0) = a;
  Field(pair, 1) = b;
  return pair;
}

value x_triplet(value a, value b, value c)
{
  /* Both blocks at once: the inner pair lies in the last three words. */
  value outer = carve(5, 0);
  if (rarely(outer == NO_ROOM)) return c_triplet(a, b, c);
  value inner = (value)((value *)outer + 3);
  Hd_hp(Hp_val(outer)) = Make_header(2, 0, 0);
  Hd_hp(Hp_val(inner)) = Make_header(2, 0, 0);
  Field(outer, 0) = a;
  Field(outer, 1) = inner;
  Field(inner, 0) = b;
  Field(inner, 1) = c;
  return outer;
}

value x_list_sum(value list)
{
  intnat sum = 0;
  for (; list != Val_emptylist; list = Field(list, 1))
    sum += Long_val(Field(list, 0));
  return Val_long(sum);
}

static __attribute__((noinline, cold)) value cons_without_room(value head, value tail)
{
  return c_pair(head, tail);
}

static inline value cons(value head, value tail)
{
  value cell = carve(2, Tag_cons);
  if (rarely(cell == NO_ROOM)) return cons_without_room(head, tail);
  Field(cell, 0) = head;
  Field(cell, 1) = tail;
  return cell;
}

value x_list_vec(value list)
{
  /* One pass over the list, since each step waits for memory: the array grows instead. */
  size_t len = 0, room = 64;
  intnat *items = malloc(room * sizeof *items);
  if (items == NULL) caml_raise_out_of_memory();
  for (; list != Val_emptylist; list = Field(list, 1)) {
    if (len == room) {
      intnat *larger = realloc(items, (room *= 2) * sizeof *items);
      if (larger == NULL) { free(items); caml_raise_out_of_memory(); }
      items = larger;
    }
    items[len++] = Long_val(Field(list, 0));
  }
  value result = Val_emptylist;
  while (len > 0) result = cons(Val_long(items[--len]), result);
  free(items);
  return result;
}

value x_list_build(value n)
{
  value result = Val_emptylist;
  for (intnat i = Long_val(n); i > 0; i--) result = cons(Val_long(i - 1), result);
  return result;
}

static inline struct text text_of_value(value s)
{
  struct text text;
  text.len = caml_string_length(s);
  text.bytes = malloc(text.len + 1);
  if (text.bytes == NULL) caml_raise_out_of_memory();
  memcpy(text.bytes, String_val(s), text.len + 1);
  return text;
}

/* Above this a string is the idiomatic function's. */
#define MAX_TEXT_WORDS 16

static inline mlsize_t words_of_text(const struct text *text)
{
  return (text->len + sizeof(value)) / sizeof(value);
}

/* The three blocks carved at once: `result` (with `wosize` fields), and after it the float and
   the string. */
static inline value carve_with_text_and_number(mlsize_t wosize, tag_t tag, const struct text *text,
                                               double number, value *string, value *boxed)
{
  mlsize_t words = words_of_text(text);
  if (words > MAX_TEXT_WORDS) return NO_ROOM;
  value result = carve(wosize + 1 + Double_wosize + 1 + words, tag);
  if (rarely(result == NO_ROOM)) return NO_ROOM;
  Hd_hp(Hp_val(result)) = Make_header(wosize, tag, 0);

  *boxed = (value)((value *)result + wosize + 1);
  Hd_hp(Hp_val(*boxed)) = Make_header(Double_wosize, Double_tag, 0);
  Store_double_val(*boxed, number);

  *string = (value)((value *)*boxed + Double_wosize + 1);
  Hd_hp(Hp_val(*string)) = Make_header(words, String_tag, 0);
  mlsize_t last = Bsize_wsize(words) - 1;
  Field(*string, words - 1) = 0;
  Byte(*string, last) = last - text->len;
  memcpy(Bytes_val(*string), text->bytes, text->len);
  return result;
}

value x_record(value v)
{
  struct person person;
  value string, number;
  person.name = text_of_value(Field(v, 0));
  person.age = Long_val(Field(v, 1));
  person.weight = Double_val(Field(v, 2));
  person.age++;

  value result =
    carve_with_text_and_number(3, 0, &person.name, person.weight, &string, &number);
  free(person.name.bytes);
  if (rarely(result == NO_ROOM)) return c_record(v);
  Field(result, 0) = string;
  Field(result, 1) = Val_long(person.age);
  Field(result, 2) = number;
  return result;
}

value x_variant(value v)
{
  struct variant variant;
  value result, string, number;
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

  switch (variant.kind) {
  case VARIANT_A:
    return Val_long(0);
  case VARIANT_B:
    result = carve(1, 0);
    if (rarely(result == NO_ROOM)) return c_variant(v);
    Field(result, 0) = Val_long(variant.as.b);
    return result;
  case VARIANT_C:
    result = carve_with_text_and_number(2, 1, &variant.as.c.text, variant.as.c.number, &string,
                                        &number);
    free(variant.as.c.text.bytes);
    if (rarely(result == NO_ROOM)) return c_variant(v);
    Field(result, 0) = string;
    Field(result, 1) = number;
    return result;
  }
  return Val_unit;
}

value x_callback_once(value f, value x)
{
  value result = caml_callback_exn(f, x);
  if (Is_exception_result(result)) caml_raise(Extract_exception(result));
  return result;
}

value x_callback_loop(value f, value n)
{
  CAMLparam1(f);
  intnat count = Long_val(n), sum = 0;
  for (intnat i = 0; i < count; i++) {
    value result = caml_callback_exn(f, Val_long(i));
    if (Is_exception_result(result)) caml_raise(Extract_exception(result));
    sum += Long_val(result);
  }
  CAMLreturn(Val_long(sum));
}

value x_callback_raise(value f, value x)
{
  value result = caml_callback_exn(f, x);
  return Is_exception_result(result) ? Val_long(-1) : result;
}

value x_error(value n)
{
  if (Long_val(n) < 0) caml_failwith("negative");
  return n;
}

/* The state is looked up once, and the frame holds one table. */
static intnat nested(caml_domain_state *state, value v, intnat depth)
{
  struct caml__roots_block roots;
  roots.next = state->local_roots;
  roots.ntables = 1;
  roots.nitems = 1;
  roots.tables[0] = &v;
  state->local_roots = &roots;
  MAY_COLLECT();
  intnat inner = depth > 1 ? nested(state, v, depth - 1) : 0;
  state->local_roots = roots.next;
  return inner + Is_block(v);
}

value x_roots_nested(value v, value depth)
{
  return Val_long(nested(Caml_state, v, Long_val(depth)));
}

/* The collector looks at each root in turn, whoever links them. */
value x_gc_local(value v, value count, value f)
{
  return c_gc_local(v, count, f);
}

/* Goes on with everything registered when there was no room. */
static __attribute__((noinline, cold)) value fold_registered(value array, mlsize_t i, value result)
{
  CAMLparam2(array, result);
  value cell = caml_alloc_small(2, Tag_cons);
  Field(cell, 0) = Field(array, i);
  Field(cell, 1) = result;
  CAMLreturn(cell);
}

value x_fold_array(value array)
{
  CAMLparam1(array);
  value result = Val_emptylist;
  mlsize_t count = Wosize_val(array);
  for (mlsize_t i = 0; i < count; i++) {
    value cell = carve(2, Tag_cons);
    if (rarely(cell == NO_ROOM)) {
      result = fold_registered(array, i, result);
      continue;
    }
    Field(cell, 0) = Field(array, i);
    Field(cell, 1) = result;
    result = cell;
  }
  CAMLreturn(result);
}

value x_fold_closure(value f, value initial, value array)
{
  CAMLparam2(f, array);
  value result = initial;
  mlsize_t count = Wosize_val(array);
  for (mlsize_t i = 0; i < count; i++) {
    result = caml_callback2_exn(f, result, Field(array, i));
    if (Is_exception_result(result)) caml_raise(Extract_exception(result));
  }
  CAMLreturn(result);
}

value x_floats_array(value floats)
{
  const double *data = (const double *)floats;
  mlsize_t len = Wosize_val(floats) / Double_wosize;
  double sum = 0.0;
  for (mlsize_t i = 0; i < len; i++) sum += data[i];
  return alloc_double(sum);
}

value x_floats_bigarray(value floats)
{
  const double *data = Caml_ba_data_val(floats);
  intnat len = Caml_ba_array_val(floats)->dim[0];
  double sum = 0.0;
  for (intnat i = 0; i < len; i++) sum += data[i];
  return alloc_double(sum);
}
