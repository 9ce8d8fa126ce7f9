/* Counts how often the runtime is asked for a value by its name. */

#include <caml/callback.h>
#include <caml/mlvalues.h>

static long look_ups;

const value *__real_caml_named_value(const char *name);

const value *__wrap_caml_named_value(const char *name)
{
  look_ups++;
  return __real_caml_named_value(name);
}

value bench_look_ups(value unit)
{
  return Val_long(look_ups);
}
