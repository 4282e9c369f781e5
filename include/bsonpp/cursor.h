// The one place where bytes of the input are read.
#pragma once

#include <bsonpp/array_index.h>
#include <bsonpp/attributes.h>
#include <bsonpp/byte_order.h>
#include <bsonpp/error.h>
#include <bsonpp/known_key.h>
#include <bsonpp/type.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace bsonpp {

using Bytes = std::span<const std::byte>;

// The bytes of a string_view over the input are chars; this is the only such conversion.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// A span of bytes with checked reads. Each read compares what it needs with what remains in this
// cursor, in std::size_t, before it touches a byte; a failed read leaves the cursor where it was.
// Reading a document yields a cursor over just that document's elements, so that nothing inside it
// can reach past its end.
class Cursor {
 public:
  Cursor() noexcept = default;
  explicit Cursor(Bytes bytes) noexcept
      : position_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - position_); }
  bool at_end() const noexcept { return position_ == end_; }
  // Where the next read begins; for offsets and zero-copy slices only, never to be dereferenced.
  const std::byte* position() const noexcept { return position_; }

  // What comes next, without passing over it.
  Bytes rest() const noexcept { return {position_, end_}; }

  // A little-endian integer or double.
  template <typename T>
  [[nodiscard]] ErrorCode read(T& value) noexcept {
    if (remaining() < sizeof(T)) return ErrorCode::kTruncated;
    value = load_little_endian<T>(position_);
    position_ += sizeof(T);
    return ErrorCode::kOk;
  }

  // The next `size` bytes, as a view of the input.
  [[nodiscard]] ErrorCode read_bytes(std::size_t size, Bytes& bytes) noexcept {
    if (remaining() < size) return ErrorCode::kTruncated;
    bytes = {position_, size};
    position_ += size;
    return ErrorCode::kOk;
  }

  // cstring ::= (byte*) unsigned_byte(0). `text` excludes the zero byte.
  [[nodiscard]] ErrorCode read_cstring(std::string_view& text) noexcept {
    const auto* nul = static_cast<const std::byte*>(std::memchr(position_, 0, remaining()));
    if (nul == nullptr) return ErrorCode::kTruncated;
    text = as_text({position_, nul});
    position_ = nul + 1;
    return ErrorCode::kOk;
  }

  // Passes over `expected` when it comes next; false, and nothing passed over, when not.
  bool match(std::string_view expected) noexcept {
    const std::size_t size = expected.size();
    if (remaining() < size || !equal(position_, expected.data(), size)) return false;
    position_ += size;
    return true;
  }

  // The same for a key that was seen before.
  bool match(const KnownKey& key) noexcept {
    if (remaining() < sizeof(std::uint64_t)) return !key.empty() && match(key.bytes());
    if (!key.begins(load_little_endian<std::uint64_t>(position_))) return false;
    if (key.size_in_word() == 0) return !key.empty() && match(key.bytes());
    position_ += key.size_in_word();
    return true;
  }

  // The same for the key of an array's element.
  bool match(const ArrayIndex& index) noexcept {
    if (remaining() < sizeof(std::uint64_t) || !index.fits_word()) {
      ArrayIndex copy = index;
      return match(copy.key());
    }
    if (!index.begins(load_little_endian<std::uint64_t>(position_))) return false;
    position_ += index.size();
    return true;
  }

  // string ::= int32 (byte*) unsigned_byte(0). `text` excludes the terminator.
  [[nodiscard]] BSONPP_ALWAYS_INLINE ErrorCode read_string(std::string_view& text) noexcept {
    if (remaining() < sizeof(std::uint32_t)) return ErrorCode::kTruncated;
    const std::size_t size = load_little_endian<std::uint32_t>(position_);
    if (size < 1 || size > remaining() - sizeof(std::uint32_t)) return ErrorCode::kInvalidLength;
    const std::byte* first = position_ + sizeof(std::uint32_t);
    if (first[size - 1] != std::byte{0}) return ErrorCode::kMissingTerminator;
    text = as_text({first, size - 1});
    position_ = first + size;
    return ErrorCode::kOk;
  }

  // document ::= int32 e_list unsigned_byte(0). `document` is the whole of it.
  [[nodiscard]] ErrorCode read_document(Bytes& document) noexcept {
    if (remaining() < sizeof(std::uint32_t)) return ErrorCode::kTruncated;
    const std::size_t size = load_little_endian<std::uint32_t>(position_);
    if (size < kMinDocumentSize || size > remaining()) return ErrorCode::kInvalidLength;
    if (position_[size - 1] != std::byte{0}) return ErrorCode::kMissingTerminator;
    document = {position_, size};
    position_ += size;
    return ErrorCode::kOk;
  }

  // The elements of a document that read_document() returned, without its length and terminator.
  static Cursor elements_of(Bytes document) noexcept {
    return Cursor(document.subspan(sizeof(std::uint32_t), document.size() - kMinDocumentSize));
  }

  // The int32 length at the start of the input, without passing over it; 0 when it is not there.
  std::int32_t peek_length() const noexcept {
    return remaining() < sizeof(std::int32_t) ? 0 : load_little_endian<std::int32_t>(position_);
  }

 private:
  // Compares without a call: most keys are shorter than two words, and the two loads may overlap.
  static bool equal(const std::byte* left, const char* right_chars, std::size_t size) noexcept {
    const auto* right = reinterpret_cast<const std::byte*>(right_chars);
    if (size >= 8) {
      if (size <= 16) {
        return same<std::uint64_t>(left, right) &&
               same<std::uint64_t>(left + size - 8, right + size - 8);
      }
      return std::memcmp(left, right, size) == 0;
    }
    if (size >= 4) {
      return same<std::uint32_t>(left, right) &&
             same<std::uint32_t>(left + size - 4, right + size - 4);
    }
    if (size >= 2) {
      return same<std::uint16_t>(left, right) && left[size - 1] == right[size - 1];
    }
    return size == 0 || *left == *right;
  }

  template <typename Word>
  static bool same(const std::byte* left, const std::byte* right) noexcept {
    Word left_word;
    Word right_word;
    std::memcpy(&left_word, left, sizeof(Word));
    std::memcpy(&right_word, right, sizeof(Word));
    return left_word == right_word;
  }

  const std::byte* position_ = nullptr;
  const std::byte* end_ = nullptr;
};

}  // namespace bsonpp
