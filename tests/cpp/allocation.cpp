// The allocation functions of the test program.
#include "allocation.h"

#include <cerrno>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

struct Allowance {
  std::size_t left = kUnlimited;
  bool failed = false;
};

thread_local Allowance allowance;

bool may_allocate() noexcept {
  if (allowance.left == kUnlimited) return true;
  if (allowance.left == 0) {
    allowance.failed = true;
    return false;
  }
  --allowance.left;
  return true;
}

}  // namespace

// The linker sends every realloc() of this program and of bsonpp here (-Wl,--wrap=realloc).
extern "C" void* __real_realloc(void* memory, std::size_t size);  // NOLINT
extern "C" void* __wrap_realloc(void* memory, std::size_t size);  // NOLINT
void* __wrap_realloc(void* memory, std::size_t size) {            // NOLINT
  if (may_allocate()) return __real_realloc(memory, size);
  errno = ENOMEM;
  return nullptr;
}

// All of them but the aligned ones: under AddressSanitizer each has a counterpart of its own, and
// what one of those gave must not come here to be freed.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return may_allocate() ? std::malloc(size == 0 ? 1 : size) : nullptr;
}
void* operator new(std::size_t size) {
  void* memory = operator new(size, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace bsonpp {

testing::FailingAllocations::FailingAllocations(std::size_t allowed) noexcept {
  allowance = {allowed, false};
}
testing::FailingAllocations::~FailingAllocations() { allowance = {}; }
bool testing::FailingAllocations::failed() noexcept { return allowance.failed; }

}  // namespace bsonpp
