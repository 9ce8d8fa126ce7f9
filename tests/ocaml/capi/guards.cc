// The same from C++: guards, destructors, and OCaml exceptions through C++ frames.

#include <bactrian/rcaml.hpp>

#include <stdexcept>

static long alive = 0;

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

extern "C" {

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
