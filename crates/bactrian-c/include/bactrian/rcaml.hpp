// Regions for C++: guards that leave what they entered, and OCaml exceptions as C++ exceptions.
//
//   extern "C" value triplet(value x, value y, value z) {
//     return rcaml::guard([&](rcaml::region &r) {
//       return pair(&x, pair(&y, &z));          // value *pair(value *, value *)
//     }, &x, &y, &z);
//   }
//
// guard enters a region, runs the body, leaves the region by the end of the body or by an exception, and only
// then raises to OCaml: destructors have run.

#ifndef BACTRIAN_RCAML_HPP
#define BACTRIAN_RCAML_HPP

#include "rcaml.h"

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace rcaml {

// The place of a call, for checked mode.
struct site {
  const char *file, *function;
  int line;
  static site here(const char *file = __builtin_FILE(), const char *function = __builtin_FUNCTION(),
                   int line = __builtin_LINE()) {
    return {file, function, line};
  }
};

namespace detail {
inline void enter(region_t *region, intptr_t kind, const site &at) {
#ifdef BACTRIAN_CHECKED
  bactrian_checked_enter(region, kind, __builtin_frame_address(0), at.function, at.file, at.line);
#else
  (void)at;
  if (kind == BACTRIAN_REGION)
    bactrian_enter_counted(region);
  else
    bactrian_mark(region);
#endif
}
inline void leave(region_t *region, intptr_t kind, const site &at) {
#ifdef BACTRIAN_CHECKED
  bactrian_checked_leave(region, kind, at.function, at.file, at.line);
#else
  (void)at;
  if (kind == BACTRIAN_REGION)
    bactrian_leave_counted(region);
  else
    bactrian_unwind(region);
#endif
}
}  // namespace detail

// A region for a function that OCaml calls, left at the end of the scope. Parameters become roots where they are.
class region {
 public:
  explicit region(const site &at = site::here()) : at_(at) { detail::enter(&region_, BACTRIAN_REGION, at_); }
  region(const region &) = delete;
  region &operator=(const region &) = delete;
  ~region() { detail::leave(&region_, BACTRIAN_REGION, at_); }

 private:
  region_t region_;
  site at_;
};

// Up to 20 variables as roots while it lives, inside a region that outlives it.
template <int N>
class parameters {
 public:
  template <typename... Roots>
  explicit parameters(Roots... roots) {
    static_assert(sizeof...(Roots) == N && N <= 20, "up to 20 parameters");
    value *const all[N + 1] = {roots..., nullptr};
    bactrian_register(&params_, all, N);
  }
  parameters(const parameters &) = delete;
  parameters &operator=(const parameters &) = delete;

 private:
  struct bactrian_params params_;
};

// A region inside the current one.
class subregion {
 public:
  explicit subregion(const site &at = site::here()) : at_(at) { detail::enter(&region_, BACTRIAN_SUBREGION, at_); }
  subregion(const subregion &) = delete;
  subregion &operator=(const subregion &) = delete;
  ~subregion() { detail::leave(&region_, BACTRIAN_SUBREGION, at_); }

 private:
  region_t region_;
  site at_;
};

// The domain's lock is released in the scope.
class released {
 public:
  explicit released(const site &at = site::here()) : at_(at) { bactrian_c_release(at.file, at.line, at.function); }
  released(const released &) = delete;
  released &operator=(const released &) = delete;
  ~released() { bactrian_c_acquire(at_.file, at_.line, at_.function); }

 private:
  site at_;
};

// The lock is taken again in the scope, with a region.
class reacquired {
 public:
  explicit reacquired(const site &at = site::here()) : at_(at) { bactrian_c_reacquire(at.file, at.line, at.function); }
  reacquired(const reacquired &) = delete;
  reacquired &operator=(const reacquired &) = delete;
  ~reacquired() { bactrian_c_rerelease(at_.file, at_.line, at_.function); }

 private:
  site at_;
};

// An OCaml exception on its way through C++ frames. It keeps the OCaml value alive; copies share nothing but it.
// Made, copied and destroyed under the domain's lock.
class ocaml_exception : public std::exception {
 public:
  explicit ocaml_exception(value exception) : root_(exception) { start(); }
  ocaml_exception(const ocaml_exception &other) : std::exception(other), root_(other.root_), text_(other.text_) {
    caml_register_global_root(&root_);
  }
  ocaml_exception &operator=(const ocaml_exception &other) {
    root_ = other.root_;
    text_ = other.text_;
    return *this;
  }
  ~ocaml_exception() override { caml_remove_global_root(&root_); }
  const value *root() const { return &root_; }
  const char *what() const noexcept override { return text_.c_str(); }

 private:
  // Registered last: what throws before leaves nothing behind. Printing an exception collects nothing.
  void start() {
    if (char *text = caml_format_exception(root_)) {
      std::unique_ptr<char, void (*)(void *)> owned(text, caml_stat_free);
      text_ = text;
    }
    caml_register_global_root(&root_);
  }
  value root_;
  std::string text_;
};

// Calls an OCaml function; its result is a new root of the current region. An exception of OCaml is thrown.
template <typename... Arguments>
value *call(const value *closure, Arguments... arguments) {
  static_assert(sizeof...(Arguments) >= 1, "an OCaml function takes at least one argument");
  value *result = rcaml_root();
  value *const all[] = {const_cast<value *>(arguments)...};
  if (icaml_callbackN_exn(result, closure, static_cast<int>(sizeof...(Arguments)), all) == ICAML_RAISED)
    throw ocaml_exception(rcaml_deref(result));
  return result;
}

namespace detail {
// Failure with this message, or Out_of_memory where there is none for it.
inline void failure(value *root, const char *message) noexcept {
  try {
    icaml_exception_failure(root, message);
  } catch (const std::bad_alloc &) {
    icaml_exception_out_of_memory(root);
  }
}
}  // namespace detail

// Runs `body`, a function of `region &` that returns a root, in a region with these parameters. An ocaml_exception
// is raised again as the same exception, std::bad_alloc as Out_of_memory; any other C++ exception becomes Failure.
template <typename Body, typename... Roots>
value guard(Body &&body, Roots... roots) {
  value outcome = Val_unit;
  bool raised = false;
  {
    // `outcome` is a root until the region is left; nothing collects after that.
    region here;
    parameters<sizeof...(Roots) + 1> kept(&outcome, roots...);
    try {
      outcome = rcaml_deref(body(here));
    } catch (const ocaml_exception &exception) {
      outcome = *exception.root();
      raised = true;
    } catch (const std::bad_alloc &) {
      icaml_exception_out_of_memory(&outcome);
      raised = true;
    } catch (const std::exception &exception) {
      detail::failure(&outcome, exception.what());
      raised = true;
    } catch (...) {
      detail::failure(&outcome, "a C++ exception that is no std::exception");
      raised = true;
    }
  }
  if (raised) caml_raise(outcome);
  return outcome;
}

}  // namespace rcaml

#endif  // BACTRIAN_RCAML_HPP
