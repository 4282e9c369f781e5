// Limits of nesting: CPython's own count, and what is left of the machine's stack.
#pragma once

#include "compat.h"

#include <cstddef>

namespace pymongo_cpp {

// Counts the nested documents and arrays of one call. CPython's limit can be raised by the
// program beyond what the stack holds, and a thread's stack can be small, so every few levels the
// stack itself is looked at.
class NestingGuard {
 public:
  // Enters one level. False with RecursionError("maximum recursion depth exceeded" + where).
  bool enter(const char* where) {
    if (Py_EnterRecursiveCall(where) != 0) return false;
    if (++depth_ % kLevelsPerLook == 0 && !stack_suffices()) [[unlikely]] {
      leave();
      PyErr_Format(PyExc_RecursionError, "maximum recursion depth exceeded%s", where);
      return false;
    }
    return true;
  }

  void leave() {
    --depth_;
    Py_LeaveRecursiveCall();
  }

 private:
  static constexpr std::size_t kLevelsPerLook = 32;

  static bool stack_suffices();

  std::size_t depth_ = 0;
};

}  // namespace pymongo_cpp
