/* Regions of roots for C and C++: rcaml_enter, rcaml_root, sub-regions, released sections.

   A region is a set of roots that grows while it is live and is dropped at once when it is left. A root is a
   `value *` that the collector knows. The current region is found through a thread-local variable, so helper
   functions need not pass it on.

   Compile with -DBACTRIAN_CHECKED to have every misuse stop at the call, with a message: all C and C++ files of a
   program that use these headers, or none. See guide/src/c-api.md. */

#ifndef BACTRIAN_RCAML_H
#define BACTRIAN_RCAML_H

#include <stddef.h>
#include <stdint.h>

#include <caml/mlvalues.h>
#include <caml/memory.h>
#include <caml/address_class.h>
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/fail.h>

#ifdef __cplusplus
#include <new>
#define BACTRIAN_STATIC_ASSERT static_assert
extern "C" {
#else
#define BACTRIAN_STATIC_ASSERT _Static_assert
#endif

/* ---- What the library and this header share -------------------------------------------------- */

/* A region. Checked mode uses only its address: what it knows of it is in memory that nobody else writes. */
typedef struct bactrian_frame {
  value *top;                        /* the height of the root stack when it was entered */
  struct caml__roots_block *locals;  /* Caml_state->local_roots when it was entered */
  uintptr_t number;                  /* how many were open before it, where these are counted */
  struct bactrian_thread *thread;    /* the thread that entered it */
} region_t;

enum bactrian_kind {
  BACTRIAN_REGION = 1,
  BACTRIAN_SUBREGION = 2,
  BACTRIAN_CALL = 3,
  BACTRIAN_RELEASED = 4,
  BACTRIAN_REACQUIRED = 5
};

/* One per thread: crates/bactrian-runtime/src/roots/c.rs has the same layout. */
struct bactrian_thread {
  value *top;   /* where the next root goes, if its chunk has room */
  value *first; /* the first chunk, whose roots begin after two words */
  void *frame;
  uintptr_t open; /* how many regions and re-acquired sections are live that local_roots does not show */
};

/* Roots are in chunks of this size in bytes, which lie at multiples of it: a top at such an address is the end of one. */
#define BACTRIAN_CHUNK ((uintptr_t)1 << 15)

extern struct bactrian_thread *bactrian_c_thread(void (*forget)(void), uintptr_t chunk);
extern value *bactrian_c_root_slow(void);
extern value bactrian_c_alloc(mlsize_t size, uintptr_t tag);
__attribute__((noreturn, cold)) extern void bactrian_c_no_memory(void);
extern void bactrian_c_release(const char *file, intptr_t line, const char *function);
extern void bactrian_c_acquire(const char *file, intptr_t line, const char *function);
extern void bactrian_c_reacquire(const char *file, intptr_t line, const char *function);
extern void bactrian_c_rerelease(const char *file, intptr_t line, const char *function);

/* The state of the domain whose lock this thread holds. Code for shared objects would call a function to find a
   thread-local variable of another object, and keep nothing in scratch registers over it, even where the linker
   then replaces the call; this model needs none, and the runtime is there from the start. */
#if defined(__linux__) && defined(HAS_FULL_THREAD_VARIABLES)
extern __thread caml_domain_state *bactrian_caml_state __asm__("caml_state")
    __attribute__((tls_model("initial-exec")));
#define BACTRIAN_STATE bactrian_caml_state
#else
#define BACTRIAN_STATE Caml_state
#endif

/* Each object has its own copy of the pointer, so that nothing thread-local crosses a library's border. */
static __thread struct bactrian_thread *bactrian_tls
    __attribute__((tls_model("initial-exec"), unused));

/* Called on the thread when what the copy points to is given up. */
__attribute__((unused)) static void bactrian_forget(void) { bactrian_tls = NULL; }

__attribute__((noinline, cold, unused)) static struct bactrian_thread *bactrian_thread_slow(void) {
  bactrian_tls = bactrian_c_thread(bactrian_forget, BACTRIAN_CHUNK);
  return bactrian_tls;
}

static inline struct bactrian_thread *bactrian_thread(void) {
  struct bactrian_thread *thread = bactrian_tls;
  if (__builtin_expect(thread == NULL, 0)) return bactrian_thread_slow();
  return thread;
}

/* In release mode a region is the height of the stack when it was entered, and nothing links it. Nothing takes its
   address either, so it is in registers. */
static inline void bactrian_mark(struct bactrian_frame *frame) {
  struct bactrian_thread *thread = bactrian_thread();
  frame->thread = thread;
  frame->top = thread->top;
}

/* Drops the roots made since then. */
static inline void bactrian_unwind(struct bactrian_frame *frame) { frame->thread->top = frame->top; }

/* ---- Checked mode ------------------------------------------------------------------------------
   Public functions are declared with BACTRIAN_API, which in checked mode gives them the caller's place as two
   further parameters; the macro of the same name passes it. In release mode nothing of this is left. */

#ifdef BACTRIAN_CHECKED

extern void bactrian_checked_enter(region_t *, intptr_t kind, const void *caller, const char *function,
                                   const char *file, intptr_t line);
extern void bactrian_checked_leave(region_t *, intptr_t kind, const char *function, const char *file, intptr_t line);
extern value *bactrian_checked_root(const char *function, const char *file, intptr_t line);
extern void bactrian_checked_deref(const value *, const char *name, const char *function, const char *file,
                                   intptr_t line);
extern void bactrian_checked_result(const value *, const char *name, region_t *, const char *function,
                                    const char *file, intptr_t line);
extern void bactrian_checked_param(region_t *, const value *, int index, const char *function, const char *file,
                                   intptr_t line);
extern void bactrian_checked_call(region_t *, const char *function, const char *file, intptr_t line);
extern void bactrian_checked_called(region_t *, const char *function, const char *file, intptr_t line);
extern void bactrian_checked_use(const char *function, const char *file, intptr_t line);
extern void bactrian_checked_in(const value *, const char *name, const char *function, const char *file,
                                intptr_t line);
extern void bactrian_checked_out(const value *, const char *name, const char *function, const char *file,
                                 intptr_t line);
extern void bactrian_checked_is(const value *, intptr_t what, const char *name, const char *function,
                                const char *file, intptr_t line);
extern void bactrian_checked_index(const value *, intptr_t what, intptr_t index, const char *name,
                                   const char *function, const char *file, intptr_t line);
extern void bactrian_checked_number(intptr_t value, intptr_t low, intptr_t high, const char *name,
                                    const char *function, const char *file, intptr_t line);
#ifdef __cplusplus
#define BACTRIAN_BOOL bool
#else
#define BACTRIAN_BOOL _Bool
#endif
extern void bactrian_checked_assert(const BACTRIAN_BOOL *hold, int count, const char *text, const char *function,
                                    const char *file, intptr_t line);
extern void bactrian_checked_outside(const char *, const char *name, const char *function, const char *file,
                                     intptr_t line);
extern void bactrian_checked_collect(int on);
extern void bactrian_checked_global(const value *, int on, const char *name, const char *function, const char *file,
                                    intptr_t line);

#define BACTRIAN_NAME(name) bactrian_at_##name
#define BACTRIAN_SITE0 __attribute__((unused)) const char *file_, __attribute__((unused)) intptr_t line_
#define BACTRIAN_SITE BACTRIAN_SITE0,
#define BACTRIAN_HERE0 __FILE__, __LINE__
#define BACTRIAN_HERE BACTRIAN_HERE0,
#define BACTRIAN_ON0 file_, line_
#define BACTRIAN_ON BACTRIAN_ON0,
#define BACTRIAN_CHECK(check, ...) bactrian_checked_##check(__VA_ARGS__)

#else

#define BACTRIAN_NAME(name) name
#define BACTRIAN_SITE0 void
#define BACTRIAN_SITE
#define BACTRIAN_HERE0
#define BACTRIAN_HERE
#define BACTRIAN_ON0
#define BACTRIAN_ON
#define BACTRIAN_CHECK(check, ...) ((void)0)

/* In release mode there is nothing to switch on. */
static inline void bactrian_checked_collect(int on) { (void)on; }

#endif

#define BACTRIAN_API(result, name, ...) static inline result BACTRIAN_NAME(name)(BACTRIAN_SITE __VA_ARGS__)
#define BACTRIAN_API0(result, name) static inline result BACTRIAN_NAME(name)(BACTRIAN_SITE0)

/* ---- Regions ------------------------------------------------------------------------------------ */

/* The height at which a region begins. A function of the runtime that raises jumps over regions, and their roots stay.
   It has cut local_roots, though, to what is still live. So where that is empty no region is live, and everything on
   the stack was left behind. */
static inline void bactrian_mark_entry(region_t *region) {
  bactrian_mark(region);
  region->locals = BACTRIAN_STATE->local_roots;
  if (__builtin_expect(region->locals == NULL && region->thread->open == 0, 1))
    region->thread->top = region->top = region->thread->first + 2;
}

/* Leaves it: every root made in it is dropped, and so are parameters registered since it was entered. */
static inline void bactrian_leave(region_t *region) {
  BACTRIAN_STATE->local_roots = region->locals;
  bactrian_unwind(region);
}

/* The same for a region that local_roots may not show. */
static inline void bactrian_enter_counted(region_t *region) {
  bactrian_mark_entry(region);
  region->number = region->thread->open++;
}
static inline void bactrian_leave_counted(region_t *region) {
  region->thread->open = region->number;
  bactrian_leave(region);
}

#ifdef BACTRIAN_CHECKED
#define rcaml_enter(region) \
  bactrian_checked_enter((region), BACTRIAN_REGION, __builtin_frame_address(0), __func__, __FILE__, __LINE__)
#define rcaml_leave(region) bactrian_checked_leave((region), BACTRIAN_REGION, __func__, __FILE__, __LINE__)
#define rcaml_subenter(region) \
  bactrian_checked_enter((region), BACTRIAN_SUBREGION, __builtin_frame_address(0), __func__, __FILE__, __LINE__)
#define rcaml_subleave(region) bactrian_checked_leave((region), BACTRIAN_SUBREGION, __func__, __FILE__, __LINE__)
#define rcaml_root() bactrian_checked_root(__func__, __FILE__, __LINE__)
#else

/* Enters a region. Functions that OCaml calls do so first, usually through rCAMLregion. */
static inline void rcaml_enter(region_t *region) { bactrian_enter_counted(region); }
static inline void rcaml_leave(region_t *region) { bactrian_leave_counted(region); }

/* Enters a region inside the current one, for the body of a loop. */
static inline void rcaml_subenter(region_t *region) { bactrian_mark(region); }

/* Leaves a sub-region, the innermost first. */
static inline void rcaml_subleave(region_t *region) { bactrian_unwind(region); }

/* A new root of the current region, which holds `()`. */
static inline value *rcaml_root(void) {
  struct bactrian_thread *thread = bactrian_thread();
  value *slot = thread->top;
  if (__builtin_expect(((uintptr_t)slot & (BACTRIAN_CHUNK - 1)) == 0, 0)) return bactrian_c_root_slow();
  *slot = Val_unit;
  thread->top = slot + 1;
  return slot;
}
#endif

/* What a root holds: stale after anything that may allocate. */
BACTRIAN_API(value, rcaml_deref, const value *root) {
  BACTRIAN_CHECK(deref, root, "root", "rcaml_deref", BACTRIAN_ON0);
  return *root;
}

/* ---- rCAMLregion … rCAMLreturn ---------------------------------------------------------------- */

/* Parameters of a function that OCaml calls become roots where they are, as by CAMLparam. */
struct bactrian_params {
  struct caml__roots_block blocks[4];
};

/* `count` is a constant, so that all of this folds. The empty asm keeps compilers from gathering the addresses into
   vectors, which is slower than storing them. */
__attribute__((always_inline)) static inline void bactrian_register(struct bactrian_params *params,
                                                                    value *const *roots, int count) {
  caml_domain_state *state = BACTRIAN_STATE;
  struct caml__roots_block *locals = state->local_roots;
#define BACTRIAN_ADDRESS(index)         \
  if (count > (index)) {                \
    value *root = roots[index];         \
    __asm__("" : "+r"(root));           \
    b->tables[(index) % 5] = root;      \
  }
#define BACTRIAN_BLOCK(block)                                       \
  if (count > 5 * (block)) {                                        \
    struct caml__roots_block *b = &params->blocks[block];           \
    b->next = locals;                                               \
    b->nitems = 1;                                                  \
    b->ntables = count - 5 * (block) > 5 ? 5 : count - 5 * (block); \
    BACTRIAN_ADDRESS(5 * (block))                                   \
    BACTRIAN_ADDRESS(5 * (block) + 1)                               \
    BACTRIAN_ADDRESS(5 * (block) + 2)                               \
    BACTRIAN_ADDRESS(5 * (block) + 3)                               \
    BACTRIAN_ADDRESS(5 * (block) + 4)                               \
    locals = b;                                                     \
  }
  if (count == 0) { /* shows that a region is live */
    params->blocks[0].next = locals;
    params->blocks[0].ntables = params->blocks[0].nitems = 0;
    locals = &params->blocks[0];
  }
  BACTRIAN_BLOCK(0)
  BACTRIAN_BLOCK(1)
  BACTRIAN_BLOCK(2)
  BACTRIAN_BLOCK(3)
#undef BACTRIAN_ADDRESS
#undef BACTRIAN_BLOCK
  state->local_roots = locals;
}

/* Enters a region until the end of the enclosing block, with up to 20 parameters as roots: rCAMLregion(&a, &b).
   It is left however the block is left: by rCAMLreturn, by return, by a C++ exception. */
#ifdef BACTRIAN_CHECKED
#define BACTRIAN_ENTER_AUTO(region) \
  bactrian_checked_enter((region), BACTRIAN_REGION, __builtin_frame_address(0), __func__, __FILE__, __LINE__)
#define BACTRIAN_CHECK_PARAMS(region, roots, count)                                                      \
  for (int bactrian_i_ = 0; bactrian_i_ < (count); bactrian_i_++)                                        \
    bactrian_checked_param((region), (roots)[bactrian_i_], bactrian_i_, __func__, __FILE__, __LINE__);
__attribute__((unused)) static void bactrian_leave_auto(region_t *region) {
  bactrian_checked_leave(region, BACTRIAN_REGION, "rCAMLreturn", NULL, 0);
}
#else
#define BACTRIAN_ENTER_AUTO(region) bactrian_mark_entry(region)
#define BACTRIAN_CHECK_PARAMS(region, roots, count)
static inline void bactrian_leave_auto(region_t *region) { bactrian_leave(region); }
#endif

#define rCAMLregion(...)                                                                                 \
  region_t bactrian_region __attribute__((cleanup(bactrian_leave_auto)));                                \
  BACTRIAN_ENTER_AUTO(&bactrian_region);                                                                 \
  value *const bactrian_roots_[] = {(value *)0, ##__VA_ARGS__};                                          \
  BACTRIAN_STATIC_ASSERT(sizeof bactrian_roots_ / sizeof(value *) <= 21, "rCAMLregion takes up to 20 parameters"); \
  struct bactrian_params bactrian_params_;                                                               \
  BACTRIAN_CHECK_PARAMS(&bactrian_region, bactrian_roots_ + 1,                                           \
                        (int)(sizeof bactrian_roots_ / sizeof(value *)) - 1)                             \
  bactrian_register(&bactrian_params_, bactrian_roots_ + 1, (int)(sizeof bactrian_roots_ / sizeof(value *)) - 1)

static inline value bactrian_result(region_t *region, const value *root) {
  (void)region;
  return *root;
}

/* Returns what a root holds, and leaves the region. */
#ifdef BACTRIAN_CHECKED
#define rCAMLreturn(root)                                                                                \
  do {                                                                                                   \
    const value *bactrian_root_ = (root);                                                                \
    bactrian_checked_result(bactrian_root_, #root, &bactrian_region, __func__, __FILE__, __LINE__);      \
    return bactrian_result(&bactrian_region, bactrian_root_);                                            \
  } while (0)
#else
#define rCAMLreturn(root) return bactrian_result(&bactrian_region, (root))
#endif

/* The same for functions of other types: rCAMLreturnT(int, n), rCAMLreturn0. */
#define rCAMLreturnT(type, expression)                                                                   \
  do {                                                                                                   \
    type bactrian_result_ = (expression);                                                                \
    (void)&bactrian_region;                                                                              \
    return bactrian_result_;                                                                             \
  } while (0)
#define rCAMLreturn0                                                                                     \
  do {                                                                                                   \
    (void)&bactrian_region;                                                                              \
    return;                                                                                              \
  } while (0)

/* Leaves the region, whatever sub-regions are open in it, and raises the exception that a root holds. The only
   place from which a region may raise; in C++ throw, and let rcaml::guard raise. */
#ifdef BACTRIAN_CHECKED
extern value bactrian_checked_raise(region_t *, const value *, const char *name, const char *function,
                                   const char *file, intptr_t line);
#define rCAMLraise(root)                                                                                 \
  do {                                                                                                   \
    value bactrian_exn_ =                                                                                \
        bactrian_checked_raise(&bactrian_region, (root), #root, __func__, __FILE__, __LINE__);           \
    caml_raise(bactrian_exn_);                                                                           \
  } while (0)
#else
#define rCAMLraise(root)                                                                                 \
  do {                                                                                                   \
    value bactrian_exn_ = *(root);                                                                       \
    bactrian_leave(&bactrian_region);                                                                    \
    caml_raise(bactrian_exn_);                                                                           \
  } while (0)
#endif

/* rcaml_subregion { … } is a sub-region for the block; it is left however the block is left. */
struct bactrian_block {
  region_t region;
  int entered;
  const char *file;
  const char *function;
  intptr_t line;
};
#ifdef BACTRIAN_CHECKED
static inline int bactrian_block_enter(struct bactrian_block *block) {
  if (block->entered) return 0;
  block->entered = 1;
  bactrian_checked_enter(&block->region, BACTRIAN_SUBREGION, __builtin_frame_address(0), block->function, block->file,
                         block->line);
  return 1;
}
static inline void bactrian_block_leave(struct bactrian_block *block) {
  bactrian_checked_leave(&block->region, BACTRIAN_SUBREGION, block->function, block->file, block->line);
}
#else
static inline int bactrian_block_enter(struct bactrian_block *block) {
  if (block->entered) return 0;
  block->entered = 1;
  bactrian_mark(&block->region);
  return 1;
}
static inline void bactrian_block_leave(struct bactrian_block *block) { bactrian_unwind(&block->region); }
#endif

#define BACTRIAN_NO_FRAME {NULL, NULL, 0, NULL}
#define rcaml_subregion                                                                                  \
  for (struct bactrian_block bactrian_block_ __attribute__((cleanup(bactrian_block_leave))) =            \
           {BACTRIAN_NO_FRAME, 0, __FILE__, __func__, __LINE__};                                         \
       bactrian_block_enter(&bactrian_block_);)

/* ---- Released sections ------------------------------------------------------------------------ */

/* Releases the domain's lock until rcaml_acquire_runtime_system. No root can be made or read meanwhile. */
#define rcaml_release_runtime_system() bactrian_c_release(__FILE__, __LINE__, __func__)
#define rcaml_acquire_runtime_system() bactrian_c_acquire(__FILE__, __LINE__, __func__)

/* Takes the lock again inside a released section, or on a thread that OCaml did not start (registered by
   caml_c_thread_register), with a fresh region, until rcaml_rerelease_runtime_system. */
#define rcaml_reacquire_runtime_system() bactrian_c_reacquire(__FILE__, __LINE__, __func__)
#define rcaml_rerelease_runtime_system() bactrian_c_rerelease(__FILE__, __LINE__, __func__)

/* rcaml_without_ocaml { … rcaml_with_ocaml { … } … }: left however the block is left. */
struct bactrian_section {
  int entered;
  const char *file;
  const char *function;
  intptr_t line;
};
static inline int bactrian_without_begin(struct bactrian_section *section) {
  if (section->entered) return 0;
  section->entered = 1;
  bactrian_c_release(section->file, section->line, section->function);
  return 1;
}
static inline void bactrian_without_end(struct bactrian_section *section) {
  bactrian_c_acquire(section->file, section->line, section->function);
}
static inline int bactrian_with_begin(struct bactrian_section *section) {
  if (section->entered) return 0;
  section->entered = 1;
  bactrian_c_reacquire(section->file, section->line, section->function);
  return 1;
}
static inline void bactrian_with_end(struct bactrian_section *section) {
  bactrian_c_rerelease(section->file, section->line, section->function);
}
#define rcaml_without_ocaml                                                                              \
  for (struct bactrian_section bactrian_section_ __attribute__((cleanup(bactrian_without_end))) =        \
           {0, __FILE__, __func__, __LINE__};                                                            \
       bactrian_without_begin(&bactrian_section_);)
#define rcaml_with_ocaml                                                                                 \
  for (struct bactrian_section bactrian_section_ __attribute__((cleanup(bactrian_with_end))) =           \
           {0, __FILE__, __func__, __LINE__};                                                            \
       bactrian_with_begin(&bactrian_section_);)

#ifdef __cplusplus
}
#endif

#ifdef BACTRIAN_CHECKED
#define rcaml_deref(root) bactrian_at_rcaml_deref(__FILE__, __LINE__, (root))
#endif

#include "icaml.h"

#endif /* BACTRIAN_RCAML_H */
