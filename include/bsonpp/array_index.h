// The keys of an array's elements: "0", "1", "2" and so on, as text.
#pragma once

#include <bsonpp/attributes.h>
#include <bsonpp/byte_order.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

// Counts in decimal text, so that neither reading nor writing an array divides. A key of up to
// seven digits, with its zero byte, is one little-endian word: compared and stored at once.
class ArrayIndex {
 public:
  // The digits, with the zero byte that ends a key; valid until the next call.
  std::string_view key() noexcept {
    if (fits_word()) {
      store_little_endian(reinterpret_cast<std::byte*>(text_.data()), word_);
    } else {
      *std::to_chars(text_.data(), text_.data() + text_.size() - 1, number()).ptr = '\0';
    }
    BSONPP_ASSUME(size_ <= kMaxSize);
    return {text_.data(), size_};
  }
  // The same as a little-endian word, when it fits one; zero bytes follow the key.
  std::uint64_t word() const noexcept { return word_; }
  // Bytes of the key.
  std::size_t size() const noexcept { return size_; }

  // Whether the key is no longer than a word.
  bool fits_word() const noexcept { return size_ <= sizeof(word_); }
  // Whether a little-endian word begins with the key, which fits one.
  bool begins(std::uint64_t word) const noexcept { return ((word ^ word_) << unused_bits_) == 0; }

  void advance() noexcept {
    if (units_left_ != 0) [[likely]] {
      --units_left_;
      word_ += unit_;
    } else {
      *this = starting_at(tens_ + kUnits + 1);
    }
  }

 private:
  static constexpr unsigned kByte = 8;         // bits
  static constexpr std::size_t kMaxSize = 21;  // twenty digits hold any count of 64 bits
  static constexpr unsigned kUnits = 9;        // the last digit's largest value

  std::uint64_t number() const noexcept { return tens_ + kUnits - units_left_; }

  // By value: an index whose address is known to a function would have to lie in memory.
  static ArrayIndex starting_at(std::uint64_t tens) noexcept {
    std::array<char, 24> text{};
    ArrayIndex index;
    index.tens_ = tens;
    const char* end = std::to_chars(text.data(), text.data() + text.size(), tens).ptr;
    index.size_ = static_cast<std::size_t>(end - text.data()) + 1;
    if (!index.fits_word()) {
      index.unit_ = 0;
      return index;
    }
    index.word_ =
        load_little_endian<std::uint64_t>(reinterpret_cast<const std::byte*>(text.data()));
    index.unit_ = std::uint64_t{1} << (kByte * (index.size_ - 2));
    index.unused_bits_ = static_cast<unsigned>(kByte * (sizeof(index.word_) - index.size_));
    return index;
  }

  std::uint64_t word_ = '0';
  std::uint64_t unit_ = 1;  // what one more adds to the word
  std::uint64_t tens_ = 0;
  std::size_t size_ = 2;
  unsigned units_left_ = kUnits;
  unsigned unused_bits_ = kByte * (sizeof(word_) - 2);  // of the word, behind the key
  std::array<char, 24> text_;  // of key(): at least kMaxSize, and whole words
};

}  // namespace bsonpp
