// The keys of an array's elements: "0", "1", "2" and so on, as text.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace bsonpp {

// Counts in decimal text, so that neither reading nor writing an array divides.
class ArrayIndex {
 public:
  // The digits, with the zero byte that ends a key.
  std::string_view key() const noexcept { return {text_.data() + first_, kEnd - first_ + 1}; }

  void advance() noexcept {
    std::size_t digit = kEnd - 1;
    while (text_[digit] == '9') {
      text_[digit] = '0';
      if (digit == first_) {
        // Ten digits hold every int32, and no document has more elements than bytes.
        text_[--first_] = '1';
        return;
      }
      --digit;
    }
    ++text_[digit];
  }

 private:
  static constexpr std::size_t kEnd = 20;  // digits of the largest 64-bit count
  std::array<char, kEnd + 1> text_ = {'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0',
                                      '0', '0', '0', '0', '0', '0', '0', '0', '0', '\0'};
  std::size_t first_ = kEnd - 1;
};

}  // namespace bsonpp
