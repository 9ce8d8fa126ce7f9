// The same from C++: guards, destructors, and OCaml exceptions through C++ frames.

#include "compact.h"

#include <bactrian/rcaml.hpp>

#include <atomic>
#include <stdexcept>

static thread_local long alive = 0;

struct Tracked {
  Tracked() { alive++; }
  Tracked(const Tracked &) = delete;
  ~Tracked() { alive--; }
};

static value *pair(value *a, value *b) {
  value *v = rcaml_root();
  icaml_alloc_2(v, 0, a, b);
  return v;
}

static std::atomic<long> late_sum{0};

// Uses OCaml when its thread ends, after the thread's stack of roots was given up: it is destroyed late, since it is
// made before the thread makes its first root.
struct Late {
  ~Late() {
    rcaml::reacquired with;
    value *list = rcaml_root(), *item = rcaml_root();
    for (long i = 0; i < 20000; i++) {
      rcaml::subregion turn;
      icaml_alloc_sprintf(item, "%ld", i);
      icaml_alloc_cons(list, item, list);
    }
    compact();
    long sum = 0;
    for (; !iIs_emptylist(list); iload_field(list, list, 1)) {
      iload_field(item, list, 0);
      sum += atol(iString_val(item));
    }
    late_sum += sum;
  }
};

extern "C" {

value cxx_late(value unit) {
  static thread_local Late late;
  asm volatile("" : : "r"(&late));
  return rcaml::guard([&](rcaml::region &) { return pair(&unit, &unit); }, &unit);
}

value cxx_late_sum(value) { return Val_long(late_sum.exchange(0)); }

value cxx_triplet(value x, value y, value z) {
  return rcaml::guard([&](rcaml::region &) { return pair(&x, pair(&y, &z)); }, &x, &y, &z);
}

value cxx_alive(value) { return Val_long(alive); }

// Calls f in nested sub-regions with destructors between.
value cxx_call(value f, value x) {
  return rcaml::guard(
      [&](rcaml::region &) {
        Tracked one;
        rcaml::subregion inner;
        Tracked two;
        value *kept = rcaml_root();
        icaml_copy_string(kept, "kept");
        rcaml::subregion innermost;
        Tracked three;
        value *result = rcaml::call(&f, &x);
        if (istring_length(kept) != 4) throw std::runtime_error("lost");
        iset(&x, result);
        return &x;
      },
      &f, &x);
}

value cxx_throw(value message) {
  return rcaml::guard(
      [&](rcaml::region &) -> value * {
        Tracked one;
        rcaml::subregion inner;
        throw std::runtime_error(iString_val(&message));
      },
      &message);
}

// Out of memory on the way, in a sub-region, with things to destroy.
value cxx_too_large(value size) {
  return rcaml::guard(
      [&](rcaml::region &) {
        Tracked one;
        rcaml::subregion inner;
        Tracked two;
        value *v = rcaml_root();
        icaml_alloc_string(v, static_cast<mlsize_t>(iLong_val(&size)));
        return v;
      },
      &size);
}

// A message that is longer than what small blocks hold.
value cxx_throw_long(value n) {
  return rcaml::guard(
      [&](rcaml::region &) -> value * {
        Tracked one;
        throw std::runtime_error(std::string(static_cast<size_t>(iLong_val(&n)), 'x'));
      },
      &n);
}

static void throws(value *, const char *) { throw std::runtime_error("made"); }

// A C++ exception through a function of the API, caught where the region still lives.
value cxx_throw_in_array(value text) {
  return rcaml::guard(
      [&](rcaml::region &) {
        const char *const strings[] = {"a", "b", nullptr};
        value *v = rcaml_root();
        try {
          icaml_alloc_array(v, throws, strings);
        } catch (const std::runtime_error &) {
          volatile char other[2000];
          for (auto &c : other) c = 1;
          compact();
        }
        return &text;
      },
      &text);
}

value cxx_released(value f, value n) {
  return rcaml::guard(
      [&](rcaml::region &) {
        long sum = 0, count = iLong_val(&n);
        {
          rcaml::released without;
          for (long i = 0; i < count; i++) {
            rcaml::reacquired with;
            value *argument = rcaml_root();
            iset_long(argument, i);
            sum += iLong_val(rcaml::call(&f, argument));
          }
        }
        value *result = rcaml_root();
        iset_long(result, sum);
        return result;
      },
      &f, &n);
}
}
