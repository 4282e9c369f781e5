#include "fork_marker.h"

#ifdef _WIN32
#include <process.h>
#else
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cstddef>

namespace pymongo_cpp {

namespace {

// How many forks, by fork(), lie between the first process and this one.
std::atomic<unsigned> forks{0};

#ifndef _WIN32
void count_fork() noexcept { forks.fetch_add(1, std::memory_order_relaxed); }

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, count_fork);
#endif

#ifdef MADV_WIPEONFORK
std::size_t page_size() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

// A page of zeros that a forked process finds zeroed again; null when the kernel cannot do it.
void* map_wiped_page() noexcept {
  void* page =
      mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, page_size(), MADV_WIPEONFORK) == 0) return page;
  munmap(page, page_size());
  return nullptr;
}
#endif

}  // namespace

long process_number() noexcept {
#ifdef _WIN32
  return _getpid();
#else
  return getpid();
#endif
}

#ifdef MADV_WIPEONFORK
ForkMarker::ForkMarker() noexcept : page_(static_cast<long*>(map_wiped_page())) {}

ForkMarker::~ForkMarker() {
  if (page_ != nullptr) munmap(page_, page_size());
}
#else
ForkMarker::ForkMarker() noexcept = default;
ForkMarker::~ForkMarker() = default;
#endif

void ForkMarker::mark() noexcept {
  if (page_ != nullptr) {
    *page_ = 1;
  } else {
    process_ = process_number();
  }
  forks_ = forks.load(std::memory_order_relaxed);
}

bool ForkMarker::is_marked() const noexcept {
  const bool marked = page_ != nullptr ? *page_ != 0 : process_ == process_number();
  return marked && forks_ == forks.load(std::memory_order_relaxed);
}

}  // namespace pymongo_cpp
