/* What the harness itself needs from C. */

#include <time.h>

#include <caml/mlvalues.h>

/* The time that this thread has had a core, in nanoseconds. */
intnat bench_now(value unit)
{
  struct timespec now;
  (void)unit;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (intnat)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* There is no bytecode program here; the compiler only wants a name. */
value bench_no_bytecode(value unit)
{
  return unit;
}
