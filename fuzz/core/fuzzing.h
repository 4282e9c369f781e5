// What the fuzz targets share.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

namespace bsonpp::fuzzing {

// Ends the program, which libFuzzer reports with the input, when two things disagree.
// (The compiler's names for the caller's place: Clang 14 has no std::source_location.)
inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: what has to hold does not\n", file, line);
  std::abort();
}

inline Bytes input_bytes(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

// Storage that gives no byte more than it is asked for, so that AddressSanitizer sees a byte too
// many, and that can be told to have no memory after some number of grants.
class ExactStorage final : public Storage {
 public:
  explicit ExactStorage(std::size_t grants = SIZE_MAX) noexcept : grants_(grants) {}

  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override {
    if (grants_ == 0) return {};
    --grants_;
    auto larger = std::make_unique<std::byte[]>(capacity);  // NOLINT(modernize-avoid-c-arrays)
    if (used != 0) std::memcpy(larger.get(), room_.get(), used);
    room_ = std::move(larger);
    return {room_.get(), capacity};
  }

 private:
  std::size_t grants_;
  std::unique_ptr<std::byte[]> room_;  // NOLINT(modernize-avoid-c-arrays)
};

// Takes bytes off the end of the input that decide how the rest is used; libFuzzer's own
// FuzzedDataProvider does the same.
inline std::uint8_t take_last(Bytes& input) noexcept {
  if (input.empty()) return 0;
  const auto last = static_cast<std::uint8_t>(input.back());
  input = input.first(input.size() - 1);
  return last;
}

}  // namespace bsonpp::fuzzing
