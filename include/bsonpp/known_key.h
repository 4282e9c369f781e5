// A key that was seen before, to be compared with the input's next one.
#pragma once

#include <bsonpp/byte_order.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bsonpp {

// Most keys are shorter than a word, and compared with the input by one.
class KnownKey {
 public:
  static constexpr std::size_t kMaxSize = 255;  // bytes, with the zero byte

  // No key: none equals it.
  KnownKey() noexcept = default;
  // `key` includes the zero byte that ends it, takes 1 to kMaxSize bytes, and outlives this.
  explicit KnownKey(std::string_view key) noexcept
      : data_(key.data()), size_(static_cast<std::uint8_t>(key.size())) {
    std::memcpy(&head_, key.data(), key.size() < sizeof(head_) ? key.size() : sizeof(head_));
    head_ = load_little_endian<std::uint64_t>(reinterpret_cast<const std::byte*>(&head_));
    if (key.size() <= sizeof(head_)) {
      size_in_word_ = size_;
      unused_bits_ = static_cast<std::uint8_t>(8 * (sizeof(head_) - key.size()));
    }
  }

  bool empty() const noexcept { return size_ == 0; }
  // Bytes of the key, with its zero byte.
  std::size_t size() const noexcept { return size_; }
  std::string_view bytes() const noexcept { return {data_, size_}; }

  // The size of a key that is no longer than a word; 0 for others, and for none.
  std::size_t size_in_word() const noexcept { return size_in_word_; }
  // Whether a little-endian word begins with the key, or with as much of the key as fits one.
  bool begins(std::uint64_t word) const noexcept { return ((word ^ head_) << unused_bits_) == 0; }

 private:
  const char* data_ = nullptr;
  std::uint64_t head_ = 0;  // the first bytes as a little-endian word; zero bytes follow them
  std::uint8_t size_ = 0;
  std::uint8_t size_in_word_ = 0;
  std::uint8_t unused_bits_ = 0;  // of the head, behind the key
};

}  // namespace bsonpp
