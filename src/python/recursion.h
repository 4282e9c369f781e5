// Limits of nesting: CPython's own count, and what is left of the machine's stack.
#pragma once

#include "compat.h"

#include <bsonpp/nesting.h>

#include <cstddef>

namespace pymongo_cpp {

// Counts the nested documents and arrays of one call. As many levels as a MongoDB server accepts
// cost no call; those below count towards CPython's recursion limit. A program can raise that limit
// beyond what the stack holds, and a thread's stack can be small, so every few levels the stack
// itself is looked at.
class NestingGuard {
 public:
  // Enters one level. False with RecursionError("maximum recursion depth exceeded" + where).
  bool enter(const char* where) {
    ++depth_;
    if (depth_ % kLevelsPerLook != 0 && depth_ <= kFreeLevels) [[likely]] {
      return true;
    }
    return enter_deep(where);
  }

  void leave() {
    if (depth_-- > kFreeLevels) Py_LeaveRecursiveCall();
  }

  // Whether this thread's stack has room for the levels until the next look, which needs no Python.
  static bool stack_suffices() noexcept;

 private:
  static constexpr std::size_t kFreeLevels = 100;
  static constexpr std::size_t kLevelsPerLook = bsonpp::NestingLimit::kLevelsPerLook;

  bool enter_deep(const char* where);
  std::size_t depth_ = 0;
};

// For what needs no Python: as many levels as the core takes by default, and as this thread's stack
// has room for.
inline constexpr bsonpp::NestingLimit kNestingLimit{bsonpp::kDefaultMaxDepth,
                                                    NestingGuard::stack_suffices};

// A builder of the core that makes no Python objects, under CPython's limits of nesting.
template <typename Builder>
class Guarded : public Builder {
 public:
  using Builder::Builder;
  bool enter(std::size_t) {
    if (guard_.enter("")) return true;
    PyErr_Clear();
    return false;
  }
  void leave() { guard_.leave(); }

 private:
  NestingGuard guard_;
};

}  // namespace pymongo_cpp
