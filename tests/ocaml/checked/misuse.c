/* Every misuse that checked mode stops. Each case is a function; misuse.ml runs each in a process of its own and
   compares what it says. The line that is at fault is marked. */

#include <bactrian/rcaml.h>

#include <caml/signals.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static value *stash;
static region_t stashed_region;
static value variable = Val_unit;
static const char *volatile nothing = NULL;
extern value caml_gc_minor(value);

typedef struct {
  const char *name;
  value (*run)(value f);
} misuse_t;

/* A misuse; `f` is an OCaml function that calls misuse_callback with its argument, or on true, with false on a thread. */
#define CASE(name) static value name(__attribute__((unused)) value f)

/* What OCaml calls back. */
static value (*callback)(value);
CAMLprim value misuse_callback(value v) { return callback(v); }

CASE(root_without_region) {
  rcaml_root();
  return f;
}
CASE(deref_without_region) {
  value v = Val_unit;
  rcaml_deref(&v);
  return f;
}
CASE(subregion_without_region) {
  region_t region;
  rcaml_subenter(&region);
  return f;
}
CASE(enter_twice) {
  rCAMLregion(&f);
  region_t again;
  rcaml_enter(&again);
  return f;
}

static value inner_pair(value a, value b) {
  rCAMLregion(&a, &b);
  value *v = rcaml_root();
  icaml_alloc_2(v, 0, &a, &b);
  rCAMLreturn(v);
}
CASE(buggy_triplet) {
  value x = f, y = f;
  rCAMLregion(&x, &y, &f);
  value *v = rcaml_root();
  *v = inner_pair(x, inner_pair(y, f));
  rCAMLreturn(v);
}
CASE(buggy_triplet_classic) {
  value x = caml_alloc_small(1, 0);
  Field(x, 0) = Val_unit;
  CAMLparam1(x);
  CAMLlocal1(triplet);
  bactrian_checked_collect(1);
  value loaded = x;
  value inner = inner_pair(x, x);
  triplet = inner_pair(loaded, inner);
  CAMLreturn(triplet);
}
CASE(leave_twice) {
  region_t region;
  rcaml_enter(&region);
  rcaml_leave(&region);
  rcaml_leave(&region);
  return f;
}
CASE(leave_never_entered) {
  static region_t region;
  rcaml_leave(&region);
  return f;
}
CASE(leave_with_subregion_open) {
  region_t region, inner;
  rcaml_enter(&region);
  rcaml_subenter(&inner);
  rcaml_leave(&region);
  return f;
}
CASE(subleave_out_of_order) {
  rCAMLregion(&f);
  region_t one, two;
  rcaml_subenter(&one);
  rcaml_subenter(&two);
  rcaml_subleave(&one);
  return f;
}
CASE(leave_a_subregion) {
  rCAMLregion(&f);
  region_t inner;
  rcaml_subenter(&inner);
  rcaml_leave(&inner);
  return f;
}
CASE(subleave_a_region) {
  region_t region;
  rcaml_enter(&region);
  rcaml_subleave(&region);
  return f;
}
CASE(subregion_entered_twice) {
  rCAMLregion(&f);
  region_t inner;
  rcaml_subenter(&inner);
  rcaml_subenter(&inner);
  return f;
}
CASE(region_is_null) {
  rcaml_enter(NULL);
  return f;
}
CASE(return_with_subregion_open) {
  rCAMLregion(&f);
  static region_t inner;
  rcaml_subenter(&inner);
  rCAMLreturn(&f);
}
CASE(root_of_a_left_subregion) {
  rCAMLregion(&f);
  value *v;
  rcaml_subregion {
    v = rcaml_root();
    icaml_copy_string(v, "gone");
  }
  value *other = rcaml_root();
  icaml_alloc_some(other, v);
  return f;
}
CASE(root_of_a_left_region) {
  region_t region;
  rcaml_enter(&region);
  stash = rcaml_root();
  rcaml_leave(&region);
  rCAMLregion(&f);
  iset_long(stash, 1);
  return f;
}
CASE(returns_a_dead_root) {
  rCAMLregion(&f);
  value *v = NULL;
  rcaml_subregion { v = rcaml_root(); }
  rCAMLreturn(v);
}
CASE(deref_of_a_dead_root) {
  rCAMLregion(&f);
  value *v = NULL;
  rcaml_subregion { v = rcaml_root(); }
  return rcaml_deref(v);
}
CASE(argument_is_no_root) {
  rCAMLregion(&f);
  value v = Val_unit;
  icaml_copy_string(&v, "lost");
  return v;
}
CASE(argument_is_null) {
  rCAMLregion(&f);
  icaml_alloc(NULL, 2, 0);
  return f;
}
CASE(argument_is_not_aligned) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  return iLong_val((value *)((char *)v + 1));
}
CASE(parameter_after_the_region) {
  value *kept = &f;
  {
    rCAMLregion(&f);
  }
  icaml_copy_double(kept, 1.0);
  return f;
}
CASE(stale_word_in_a_root) {
  rCAMLregion(&f);
  value *v = rcaml_root(), *pair = rcaml_root();
  icaml_copy_string(v, "moved");
  value word = rcaml_deref(v);
  caml_gc_minor(Val_unit);
  *v = word;
  icaml_alloc_some(pair, v);
  rCAMLreturn(pair);
}
CASE(stale_word_from_iget_field) {
  rCAMLregion(&f);
  value *block = rcaml_root(), *v = rcaml_root(), *other = rcaml_root();
  icaml_copy_string(v, "inner");
  icaml_alloc_some(block, v);
  value word = iget_field(block, 0);
  bactrian_checked_collect(1);
  icaml_copy_string(v, "other");
  *other = word;
  return iString_val(other)[0];
}
CASE(string_inside_the_heap) {
  rCAMLregion(&f);
  value *v = rcaml_root(), *w = rcaml_root();
  icaml_copy_string(v, "text");
  icaml_copy_string(w, iString_val(v));
  rCAMLreturn(w);
}
CASE(string_is_null) {
  rCAMLregion(&f);
  icaml_copy_string(rcaml_root(), nothing);
  return f;
}
CASE(long_of_a_block) {
  rCAMLregion(&f);
  return iLong_val(&f);
}
CASE(string_of_an_immediate) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  return iString_val(v)[0];
}
CASE(float_of_a_string) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_copy_string(v, "1.5");
  return (value)iDouble_val(v);
}
CASE(int64_of_an_int32) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_copy_int32(v, 5);
  return (value)iInt64_val(v);
}
CASE(tag_of_an_immediate) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  return iget_tag(v);
}
CASE(field_beyond_the_end) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_alloc(v, 2, 0);
  return iget_field(v, 2);
}
CASE(set_field_beyond_the_end) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_alloc(v, 2, 0);
  iset_field(v, 5, &f);
  return f;
}
CASE(field_of_a_string) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_copy_string(v, "text");
  iset_field(v, 0, &f);
  return f;
}
CASE(field_of_an_immediate) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  return iget_field(v, 0);
}
CASE(byte_beyond_the_end) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_copy_string(v, "text");
  iset_byte(v, 4, 'x');
  return f;
}
CASE(double_field_of_an_array) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_alloc(v, 2, 0);
  iset_double_field(v, 0, 1.0);
  return f;
}
CASE(custom_data_of_a_float) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  icaml_copy_double(v, 1.0);
  return (value)icustom_data(v);
}
CASE(integer_too_large) { return iVal_long(Max_long + (f != 0)); }
CASE(tag_too_large) {
  rCAMLregion(&f);
  icaml_alloc(rcaml_root(), 1, 256);
  return f;
}
CASE(small_block_too_large) {
  rCAMLregion(&f);
  icaml_alloc_small(rcaml_root(), 257, 0);
  return f;
}
CASE(call_of_no_function) {
  rCAMLregion(&f);
  value *v = rcaml_root(), *result = rcaml_root();
  icaml_copy_string(v, "f");
  return icaml_callback_exn(result, v, v);
}
CASE(call_without_arguments) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  return icaml_callbackN_exn(result, &f, 0, NULL);
}

static value makes_a_root(value v) {
  rcaml_root();
  return v;
}
CASE(root_in_a_disabled_region) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  callback = makes_a_root;
  return icaml_callback_exn(result, &f, result);
}
static value writes_the_stash(value v) {
  iset_long(stash, 1);
  return v;
}
CASE(write_in_a_disabled_region) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  stash = rcaml_root();
  callback = writes_the_stash;
  return icaml_callback_exn(result, &f, result);
}
static value opens_a_subregion(value v) {
  region_t region;
  rcaml_subenter(&region);
  rcaml_subleave(&region);
  return v;
}
CASE(subregion_of_a_disabled_region) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  callback = opens_a_subregion;
  return icaml_callback_exn(result, &f, result);
}
static value leaves_the_stash(value v) {
  rcaml_leave(&stashed_region);
  return v;
}
CASE(leave_of_a_disabled_region) {
  value result = Val_unit;
  CAMLparam2(f, result);
  rcaml_enter(&stashed_region);
  callback = leaves_the_stash;
  CAMLreturn(icaml_callback_exn(&result, &f, &result));
}
static value jumps(value v) {
  static region_t region;
  rcaml_enter(&region);
  rcaml_root();
  (void)v;
  caml_failwith("jump");
}
CASE(exception_over_a_region) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  callback = jumps;
  return icaml_callback_exn(result, &f, result);
}

/* Functions that end without leaving what they entered. What they leave behind on C's stack is written over. */
__attribute__((noinline)) static void clobbers(void) {
  volatile char space[4096];
  for (size_t i = 0; i < sizeof space; i++) space[i] = (char)0xa5;
}
__attribute__((noinline)) static void forgets_a_region(void) {
  region_t region;
  rcaml_enter(&region);
  rcaml_root();
}
__attribute__((noinline)) static void forgets_a_subregion(void) {
  region_t region;
  rcaml_subenter(&region);
  rcaml_root();
}
CASE(region_that_was_forgotten) {
  forgets_a_region();
  clobbers();
  rCAMLregion(&f);
  rCAMLreturn(&f);
}
CASE(region_that_was_forgotten_twice) {
  forgets_a_region();
  clobbers();
  forgets_a_region();
  return f;
}
CASE(subregion_that_was_forgotten) {
  rCAMLregion(&f);
  forgets_a_subregion();
  clobbers();
  rCAMLreturn(&f);
}
CASE(subregion_that_was_forgotten_twice) {
  rCAMLregion(&f);
  for (int i = 0; i < 2; i++) {
    forgets_a_subregion();
    clobbers();
  }
  rCAMLreturn(&f);
}
/* OCaml is called, but not by icaml_callback_exn. */
CASE(exception_over_a_region_by_caml_callback) {
  callback = jumps;
  caml_callback_exn(f, Val_false);
  clobbers();
  rCAMLregion(&f);
  rCAMLreturn(&f);
}
CASE(root_in_a_region_disabled_by_caml_callback) {
  rCAMLregion(&f);
  callback = makes_a_root;
  return caml_callback_exn(f, Val_false);
}
CASE(subregion_of_a_region_disabled_by_caml_callback) {
  rCAMLregion(&f);
  callback = opens_a_subregion;
  return caml_callback_exn(f, Val_false);
}
CASE(leave_of_a_region_disabled_by_caml_callback) {
  rcaml_enter(&stashed_region);
  callback = leaves_the_stash;
  return caml_callback_exn(f, Val_false);
}
/* By Rust, which is not in checked mode: g_call calls it from a region of its own. */
extern value g_call(value f, value x);
CASE(root_in_a_region_disabled_by_rust) {
  rCAMLregion(&f);
  callback = makes_a_root;
  return g_call(f, Val_false);
}
extern void g_released_and_locked(void (*body)(void));
static void root_only(void) { rcaml_root(); }
CASE(root_where_rust_has_taken_the_lock) {
  rCAMLregion(&f);
  rcaml_without_ocaml g_released_and_locked(root_only);
  rCAMLreturn(&f);
}
static void enters_and_ends(void) {
  static region_t region;
  rcaml_reacquire_runtime_system();
  rcaml_subenter(&region);
  rcaml_root();
  caml_enter_blocking_section();
}
static void *thread_that_forgets(void *data) {
  enters_and_ends();
  return data;
}
CASE(root_after_a_thread_that_forgot_its_region) {
  pthread_t thread;
  rcaml_release_runtime_system();
  pthread_create(&thread, NULL, thread_that_forgets, NULL);
  pthread_join(thread, NULL);
  rcaml_acquire_runtime_system();
  rcaml_root();
  return f;
}

CASE(root_in_a_released_section) {
  rCAMLregion(&f);
  rcaml_without_ocaml { rcaml_root(); }
  return f;
}
CASE(deref_in_a_released_section) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  rcaml_without_ocaml { f = rcaml_deref(v); }
  return f;
}
CASE(alloc_in_a_released_section) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  rcaml_without_ocaml { icaml_copy_string(v, "no lock"); }
  return f;
}
CASE(call_in_a_released_section) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  rcaml_without_ocaml {
    if (icaml_callback_exn(v, &f, v) == ICAML_RAISED) return f;
  }
  return f;
}
CASE(enter_in_a_released_section) {
  rCAMLregion(&f);
  region_t region;
  rcaml_without_ocaml { rcaml_enter(&region); }
  return f;
}
CASE(release_twice) {
  rCAMLregion(&f);
  rcaml_release_runtime_system();
  rcaml_release_runtime_system();
  return f;
}
CASE(acquire_without_release) {
  rCAMLregion(&f);
  rcaml_acquire_runtime_system();
  return f;
}
CASE(reacquire_without_release) {
  rCAMLregion(&f);
  rcaml_reacquire_runtime_system();
  return f;
}
CASE(rerelease_without_reacquire) {
  rCAMLregion(&f);
  rcaml_rerelease_runtime_system();
  return f;
}
CASE(rerelease_with_subregion_open) {
  static region_t region;
  rcaml_release_runtime_system();
  rcaml_reacquire_runtime_system();
  rcaml_subenter(&region);
  rcaml_rerelease_runtime_system();
  return f;
}
CASE(root_of_a_reacquired_section) {
  rCAMLregion(&f);
  value *v = NULL;
  rcaml_without_ocaml {
    rcaml_with_ocaml { v = rcaml_root(); }
  }
  return iLong_val(v);
}
CASE(raise_in_a_reacquired_section) {
  rCAMLregion(&f);
  rcaml_without_ocaml {
    rcaml_with_ocaml { rCAMLraise(&f); }
  }
  return f;
}
CASE(raise_of_an_immediate) {
  rCAMLregion(&f);
  value *v = rcaml_root();
  rCAMLraise(v);
}

/* Another thread. */
static value (*on_thread)(value);
static void *thread_of_c(void *data) {
  (void)data;
  on_thread(Val_unit);
  return NULL;
}
static void on_a_thread(value (*body)(value)) {
  pthread_t thread;
  on_thread = body;
  pthread_create(&thread, NULL, thread_of_c, NULL);
  pthread_join(thread, NULL);
}
CASE(thread_without_the_lock) {
  rCAMLregion(&f);
  on_a_thread(makes_a_root);
  return f;
}
static value systhread_root(value v) {
  if (v == Val_false) return makes_a_root(Val_unit);
  return v;
}
CASE(root_on_another_thread) {
  /* f starts a systhread that calls back with false. */
  rCAMLregion(&f);
  value *result = rcaml_root(), *spawn = rcaml_root();
  iset_long(spawn, 1);
  callback = systhread_root;
  return icaml_callback_exn(result, &f, spawn);
}
static value systhread_write(value v) {
  if (v == Val_false) iset_long(stash, 1);
  return v;
}
CASE(write_on_another_thread) {
  rCAMLregion(&f);
  value *result = rcaml_root(), *spawn = rcaml_root();
  stash = rcaml_root();
  iset_long(spawn, 1);
  callback = systhread_write;
  return icaml_callback_exn(result, &f, spawn);
}
static value systhread_leave(value v) {
  if (v == Val_false) rcaml_leave(&stashed_region);
  return v;
}
CASE(leave_on_another_thread) {
  value result = Val_unit, spawn = Val_true;
  CAMLparam3(f, result, spawn);
  rcaml_enter(&stashed_region);
  callback = systhread_leave;
  CAMLreturn(icaml_callback_exn(&result, &f, &spawn));
}

static void uses_ocaml(void *key) {
  (void)key;
  rcaml_reacquire_runtime_system();
}
static value leaves_a_destructor(value v) {
  static pthread_key_t key;
  rCAMLregion(&v);
  pthread_key_create(&key, uses_ocaml);
  pthread_setspecific(key, &key);
  rCAMLreturn(&v);
}
CASE(reacquire_after_the_domain) {
  rCAMLregion(&f);
  value *result = rcaml_root();
  callback = leaves_a_destructor;
  icaml_outcome outcome = icaml_callback_exn(result, icaml_named_value("misuse.in_a_domain"), &f);
  /* Joining a domain does not wait for the end of its thread. */
  if (outcome == ICAML_OK) rcaml_without_ocaml sleep(10);
  return f;
}

CASE(assertion) {
  rCAMLregion(&f);
  value *a = rcaml_root(), *result = a;
  icaml_assert(result != a);
  return f;
}
/* The aliasing that the proposal warns of. */
static void mk_pair(value *result, value *a, value *b) {
  icaml_assert(result != a, result != b);
  icaml_alloc(result, 2, 0);
  iset_field(result, 0, a);
  iset_field(result, 1, b);
}
CASE(aliased_triplet) {
  value x = Val_int(1), y = Val_int(2), z = Val_int(3);
  CAMLparam3(x, y, z);
  CAMLlocal1(result);
  mk_pair(&result, &y, &z);
  mk_pair(&result, &x, &result);
  CAMLreturn(result);
}
CASE(global_registered_twice) {
  icaml_register_global_root(&variable);
  icaml_register_global_root(&variable);
  return f;
}
CASE(global_removed_unregistered) {
  icaml_remove_global_root(&variable);
  return f;
}
CASE(global_root_of_a_region) {
  rCAMLregion(&f);
  icaml_register_global_root(rcaml_root());
  return f;
}
CASE(global_is_null) {
  icaml_register_global_root(NULL);
  return f;
}
CASE(global_used_after_removal) {
  rCAMLregion(&f);
  icaml_register_global_root(&variable);
  icaml_remove_global_root(&variable);
  iset(&variable, &f);
  return f;
}
CASE(parameter_is_null) {
  rCAMLregion(&f, NULL);
  return f;
}
CASE(arguments_of_no_call) {
  rCAMLregion(&f);
  value *result = rcaml_root(), *roots[1] = {&f};
  return icaml_callbackN_exn(result, &f, 300, roots);
}
CASE(negative_length) {
  rCAMLregion(&f);
  icaml_alloc_string(rcaml_root(), (mlsize_t)-1);
  return f;
}
extern const struct custom_operations caml_int64_ops;
CASE(negative_size_of_a_custom_block) {
  rCAMLregion(&f);
  icaml_alloc_custom(rcaml_root(), &caml_int64_ops, (size_t)-4, 0, 1);
  return f;
}
CASE(strings_are_null) {
  rCAMLregion(&f);
  icaml_copy_string_array(rcaml_root(), NULL);
  return f;
}
CASE(entered_after_an_exception_over_a_region) {
  CAMLparam1(f);
  callback = jumps;
  caml_callback_exn(f, Val_false);
  rCAMLregion(&f);
  CAMLreturn(f);
}

/* Before the runtime starts: the program is run again, and comes to `early` before main. */
__attribute__((constructor)) static void early(void) {
  const char *what = getenv("BACTRIAN_MISUSE_EARLY");
  if (what == NULL) return;
  unsetenv("BACTRIAN_MISUSE_EARLY");
  if (strcmp(what, "root") == 0) rcaml_root();
  if (strcmp(what, "reacquire") == 0) rcaml_reacquire_runtime_system();
  if (strcmp(what, "release") == 0) rcaml_release_runtime_system();
}
static value again(const char *what) {
  setenv("BACTRIAN_MISUSE_EARLY", what, 1);
  execl("/proc/self/exe", "misuse", (char *)NULL);
  return Val_unit;
}
CASE(root_before_the_start) {
  (void)f;
  return again("root");
}
CASE(reacquire_before_the_start) {
  (void)f;
  return again("reacquire");
}
CASE(release_before_the_start) {
  (void)f;
  return again("release");
}

/* ---- The table -------------------------------------------------------------------------------- */

#define ENTRY(name) {#name, name}
static const misuse_t misuses[] = {
    ENTRY(root_without_region),
    ENTRY(deref_without_region),
    ENTRY(subregion_without_region),
    ENTRY(enter_twice),
    ENTRY(buggy_triplet),
    ENTRY(buggy_triplet_classic),
    ENTRY(leave_twice),
    ENTRY(leave_never_entered),
    ENTRY(leave_with_subregion_open),
    ENTRY(subleave_out_of_order),
    ENTRY(leave_a_subregion),
    ENTRY(subleave_a_region),
    ENTRY(subregion_entered_twice),
    ENTRY(region_is_null),
    ENTRY(return_with_subregion_open),
    ENTRY(root_of_a_left_subregion),
    ENTRY(root_of_a_left_region),
    ENTRY(returns_a_dead_root),
    ENTRY(deref_of_a_dead_root),
    ENTRY(argument_is_no_root),
    ENTRY(argument_is_null),
    ENTRY(argument_is_not_aligned),
    ENTRY(parameter_after_the_region),
    ENTRY(stale_word_in_a_root),
    ENTRY(stale_word_from_iget_field),
    ENTRY(string_inside_the_heap),
    ENTRY(string_is_null),
    ENTRY(long_of_a_block),
    ENTRY(string_of_an_immediate),
    ENTRY(float_of_a_string),
    ENTRY(int64_of_an_int32),
    ENTRY(tag_of_an_immediate),
    ENTRY(field_beyond_the_end),
    ENTRY(set_field_beyond_the_end),
    ENTRY(field_of_a_string),
    ENTRY(field_of_an_immediate),
    ENTRY(byte_beyond_the_end),
    ENTRY(double_field_of_an_array),
    ENTRY(custom_data_of_a_float),
    ENTRY(integer_too_large),
    ENTRY(tag_too_large),
    ENTRY(small_block_too_large),
    ENTRY(call_of_no_function),
    ENTRY(call_without_arguments),
    ENTRY(root_in_a_disabled_region),
    ENTRY(write_in_a_disabled_region),
    ENTRY(subregion_of_a_disabled_region),
    ENTRY(leave_of_a_disabled_region),
    ENTRY(exception_over_a_region),
    ENTRY(region_that_was_forgotten),
    ENTRY(region_that_was_forgotten_twice),
    ENTRY(subregion_that_was_forgotten),
    ENTRY(subregion_that_was_forgotten_twice),
    ENTRY(exception_over_a_region_by_caml_callback),
    ENTRY(root_in_a_region_disabled_by_caml_callback),
    ENTRY(subregion_of_a_region_disabled_by_caml_callback),
    ENTRY(leave_of_a_region_disabled_by_caml_callback),
    ENTRY(root_in_a_region_disabled_by_rust),
    ENTRY(root_where_rust_has_taken_the_lock),
    ENTRY(root_after_a_thread_that_forgot_its_region),
    ENTRY(root_in_a_released_section),
    ENTRY(deref_in_a_released_section),
    ENTRY(alloc_in_a_released_section),
    ENTRY(call_in_a_released_section),
    ENTRY(enter_in_a_released_section),
    ENTRY(release_twice),
    ENTRY(acquire_without_release),
    ENTRY(reacquire_without_release),
    ENTRY(rerelease_without_reacquire),
    ENTRY(rerelease_with_subregion_open),
    ENTRY(root_of_a_reacquired_section),
    ENTRY(raise_in_a_reacquired_section),
    ENTRY(raise_of_an_immediate),
    ENTRY(thread_without_the_lock),
    ENTRY(root_on_another_thread),
    ENTRY(write_on_another_thread),
    ENTRY(leave_on_another_thread),
    ENTRY(reacquire_after_the_domain),
    ENTRY(assertion),
    ENTRY(aliased_triplet),
    ENTRY(global_registered_twice),
    ENTRY(global_removed_unregistered),
    ENTRY(global_root_of_a_region),
    ENTRY(global_is_null),
    ENTRY(global_used_after_removal),
    ENTRY(parameter_is_null),
    ENTRY(arguments_of_no_call),
    ENTRY(negative_length),
    ENTRY(negative_size_of_a_custom_block),
    ENTRY(strings_are_null),
    ENTRY(entered_after_an_exception_over_a_region),
    ENTRY(root_before_the_start),
    ENTRY(reacquire_before_the_start),
    ENTRY(release_before_the_start),
};

CAMLprim value misuse_count(value unit) {
  (void)unit;
  return Val_long(sizeof misuses / sizeof *misuses);
}

CAMLprim value misuse_name(value index) { return caml_copy_string(misuses[Long_val(index)].name); }

CAMLprim value misuse_run(value index, value f) {
  CAMLparam1(f);
  CAMLreturn(misuses[Long_val(index)].run(f));
}
