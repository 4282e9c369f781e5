// How deep documents and arrays may lie within one another.
#pragma once

#include <cstddef>

namespace bsonpp {

// Nested documents and arrays that the core accepts by default. Each takes one level of the
// machine's stack.
inline constexpr std::size_t kDefaultMaxDepth = 1000;

// A number of levels, and what knows how many the thread's stack has room for.
struct NestingLimit {
  static constexpr std::size_t kLevelsPerLook = 32;

  std::size_t levels = kDefaultMaxDepth;
  // Whether the stack has room for kLevelsPerLook levels more; null where it is taken to hold all.
  bool (*stack_suffices)() noexcept = nullptr;

  bool stack_holds(std::size_t depth) const noexcept {
    return stack_suffices == nullptr || depth % kLevelsPerLook != 0 || stack_suffices();
  }
};

}  // namespace bsonpp
