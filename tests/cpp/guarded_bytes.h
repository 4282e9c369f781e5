// Test input between two unreadable pages.
#pragma once

#include <bsonpp/cursor.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

namespace bsonpp::testing {

// Which border of the readable pages the bytes touch: a read past that end ends the program.
enum class Against : unsigned char { kPageBefore, kPageAfter };

// A copy of some bytes that faults when anything outside of it, on one side, is read.
class GuardedBytes {
 public:
  GuardedBytes(std::string_view content, Against side) : size_(content.size()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t readable = (content.size() / page + 1) * page;
    mapped_ = readable + 2 * page;
    void* map = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) throw std::bad_alloc();
    map_ = static_cast<std::byte*>(map);
    first_ = map_ + page + (side == Against::kPageAfter ? readable - size_ : 0);
    std::memcpy(first_, content.data(), size_);
    mprotect(map_, page, PROT_NONE);
    mprotect(map_ + page + readable, page, PROT_NONE);
  }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  ~GuardedBytes() { munmap(map_, mapped_); }

  // The bytes may be changed in place, which saves a mapping for each variant of an input.
  std::span<std::byte> writable() { return {first_, size_}; }
  Bytes bytes() const { return {first_, size_}; }

 private:
  std::size_t size_;
  std::size_t mapped_ = 0;
  std::byte* map_ = nullptr;
  std::byte* first_ = nullptr;
};

}  // namespace bsonpp::testing
