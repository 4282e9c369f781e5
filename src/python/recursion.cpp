#include "recursion.h"

#include <cstdint>

#if defined(_WIN32)
#include <windows.h>
#else
#include <pthread.h>
#endif

namespace pymongo_cpp {

namespace {

// Left free for the levels until the next look, sanitizers' frames included, and for what they
// call at the deepest.
constexpr std::uintptr_t kReserve = std::uintptr_t{192} * 1024;

// The lowest address of this thread's stack; 1 where it cannot be told.
std::uintptr_t stack_bottom() {
#if defined(_WIN32)
  ULONG_PTR low = 0;
  ULONG_PTR high = 0;
  GetCurrentThreadStackLimits(&low, &high);
  return low;
#elif defined(__APPLE__)
  const pthread_t self = pthread_self();
  return reinterpret_cast<std::uintptr_t>(pthread_get_stackaddr_np(self)) -
         pthread_get_stacksize_np(self);
#elif defined(__linux__)
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 1;
  void* address = nullptr;
  std::size_t size = 0;
  const int failed = pthread_attr_getstack(&attributes, &address, &size);
  pthread_attr_destroy(&attributes);
  return failed != 0 ? 1 : reinterpret_cast<std::uintptr_t>(address);
#else
  return 1;
#endif
}

}  // namespace

bool NestingGuard::enter_deep(const char* where) {
  if (depth_ > kFreeLevels && Py_EnterRecursiveCall(where) != 0) {
    --depth_;
    return false;
  }
  if (depth_ % kLevelsPerLook != 0 || stack_suffices()) return true;
  leave();
  PyErr_Format(PyExc_RecursionError, "maximum recursion depth exceeded%s", where);
  return false;
}

bool NestingGuard::stack_suffices() noexcept {
  // Asked once a thread: on Linux's main thread the answer costs a reading of /proc/self/maps.
  thread_local const std::uintptr_t limit = stack_bottom() + kReserve;
  const char here = 0;
  return reinterpret_cast<std::uintptr_t>(&here) > limit;
}

}  // namespace pymongo_cpp
