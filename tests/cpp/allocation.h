// Allocations that fail: what the C++ library and the C library ask for, counted down.
#pragma once

#include <cstddef>

namespace bsonpp::testing {

// While one lives, the allocation after `allowed` further ones on this thread fails, and so do all
// that follow it.
class FailingAllocations {
 public:
  explicit FailingAllocations(std::size_t allowed) noexcept;
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations();

  // Whether any has failed.
  static bool failed() noexcept;
};

// Calls `attempt()`, which says whether it succeeded, with no memory at all, then with one
// allocation, and so on until none fails. Returns how many allocations a success takes.
template <typename Attempt>
std::size_t fail_each_allocation(const Attempt& attempt) {
  for (std::size_t allowed = 0;; ++allowed) {
    bool succeeded = false;
    bool starved = false;
    {
      const FailingAllocations failing(allowed);
      succeeded = attempt();
      starved = FailingAllocations::failed();
    }
    // Success without the memory that was asked for is fine: simdjson, say, can do with less.
    if (!starved) return succeeded ? allowed : static_cast<std::size_t>(-1);
  }
}

}  // namespace bsonpp::testing
