// Text that grows: the counterpart of Writer for outputs without a length limit of their own.
#pragma once

#include <bsonpp/attributes.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace bsonpp {

// Appends characters to growing storage. Room is asked for once a value, which is then written
// through a plain pointer:
//
//   char* out = text.reserve(20);
//   if (out == nullptr) return false;    // no memory
//   text.advance(put_integer(out, 7));
class TextWriter {
 public:
  // `first` is room to begin in (it may be empty); it must outlive the writer.
  explicit TextWriter(Storage& storage, std::span<std::byte> first = {}) noexcept
      : storage_(&storage),
        begin_(reinterpret_cast<char*>(first.data())),
        position_(begin_),
        end_(begin_ + first.size()) {}

  std::size_t size() const noexcept { return static_cast<std::size_t>(position_ - begin_); }
  std::string_view text() const noexcept { return {begin_, size()}; }

  // Room for `more` characters; null when there is no memory.
  [[nodiscard]] char* reserve(std::size_t more) noexcept {
    if (static_cast<std::size_t>(end_ - position_) >= more) [[likely]] {
      return position_;
    }
    return grow(more);
  }
  // Ends what was written into the room last reserved.
  void advance(char* end) noexcept { position_ = end; }

  // Inlined, so that text of a known size is copied without a call.
  BSONPP_ALWAYS_INLINE bool write(std::string_view text) noexcept {
    char* out = reserve(text.size());
    if (out == nullptr) return false;
    std::memcpy(out, text.data(), text.size());
    advance(out + text.size());
    return true;
  }

  // Drops the last `count` characters, of which there are as many.
  void drop(std::size_t count) noexcept { position_ -= count; }
  // Forgets all that was written after the first `size` characters.
  void rewind(std::size_t size) noexcept { position_ = begin_ + size; }
  // Exchanges the characters from `start` to `middle` with those from `middle` to the end.
  void rotate(std::size_t start, std::size_t middle) noexcept;

 private:
  char* grow(std::size_t more) noexcept;

  Storage* storage_;
  char* begin_;
  char* position_;
  char* end_;
};

}  // namespace bsonpp
