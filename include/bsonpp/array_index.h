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
  bool begins(std::uint64_t word) const noexcept {
    return ((word ^ word_) << (kByte * (sizeof(word_) - size_))) == 0;
  }

  void advance() noexcept {
    ++number_;
    const unsigned last = last_digit();
    if (fits_word() && (word_ >> last & 0xffU) != '9') [[likely]] {
      word_ += std::uint64_t{1} << last;
    } else {
      carry();
    }
  }

 private:
  static constexpr unsigned kByte = 8;         // bits
  static constexpr std::size_t kMaxSize = 21;  // twenty digits hold any count of 64 bits

  unsigned last_digit() const noexcept { return kByte * static_cast<unsigned>(size_ - 2); }
  void carry() noexcept {
    char* end = std::to_chars(text_.data(), text_.data() + text_.size() - 1, number_).ptr;
    *end = '\0';
    size_ = static_cast<std::size_t>(end - text_.data()) + 1;
    if (!fits_word()) return;
    for (std::size_t i = size_; i < sizeof(word_); ++i) text_[i] = '\0';
    word_ = load_little_endian<std::uint64_t>(reinterpret_cast<const std::byte*>(text_.data()));
  }

  std::uint64_t word_ = '0';
  std::uint64_t number_ = 0;
  std::size_t size_ = 2;
  std::array<char, 24> text_{};  // at least kMaxSize, and whole words
};

}  // namespace bsonpp
