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

/* Does nothing, but no compiler knows: the rows about roots call it where one would call
   something that may collect, so that the roots are not optimised away. */
void bench_may_collect(void)
{
}

/* There is no bytecode program here; the compiler only wants a name. */
value bench_no_bytecode(value unit)
{
  return unit;
}
