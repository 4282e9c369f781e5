// The values that simdjson has parsed, read from the tape into which it has put them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace bsonpp {

// The tags of simdjson's tape for what JSON has. An integer that fits 64 signed bits is kInt64.
enum class JsonType : std::uint8_t {
  kObject = '{',
  kArray = '[',
  kString = '"',
  kInt64 = 'l',
  kUint64 = 'u',
  kDouble = 'd',
  kTrue = 't',
  kFalse = 'f',
  kNull = 'n',
};

// A value on a tape, which must outlive it; what lies elsewhere than on its place is asked of the
// tape. Nothing is checked here: simdjson has. (A pointer alone, because compilers pass pairs
// through memory.)
class JsonElement {
 public:
  JsonElement() noexcept = default;

  JsonType type() const noexcept { return static_cast<JsonType>(*word_ >> kTagShift); }
  bool is_boolean() const noexcept {
    return type() == JsonType::kTrue || type() == JsonType::kFalse;
  }

  // The number of type kInt64, kUint64 or kDouble.
  std::int64_t int64() const noexcept { return std::bit_cast<std::int64_t>(word_[1]); }
  std::uint64_t uint64() const noexcept { return word_[1]; }
  double float64() const noexcept { return std::bit_cast<double>(word_[1]); }
  // False when it is of another type.
  bool get(std::int64_t& integer) const noexcept {
    if (type() != JsonType::kInt64) return false;
    integer = int64();
    return true;
  }
  // False for what 32 bits do not hold, too.
  bool get(std::uint32_t& integer) const noexcept {
    std::int64_t wide = 0;
    if (!get(wide) || wide < 0 || wide > std::numeric_limits<std::uint32_t>::max()) return false;
    integer = static_cast<std::uint32_t>(wide);
    return true;
  }

  // Of an object or an array. The values of an object each come behind their key, which is a
  // string.
  JsonElement first() const noexcept { return JsonElement(word_ + 1); }
  JsonElement value() const noexcept { return JsonElement(word_ + 1); }
  // Whether an object has one field, which is cheaper than to count.
  bool has_one_field() const noexcept { return (*word_ >> 32U & kMostCounted) == 1; }

  bool operator==(const JsonElement&) const noexcept = default;

 private:
  friend class JsonTape;
  static constexpr unsigned kTagShift = 56;
  static constexpr std::uint64_t kMostCounted = 0xffffff;

  explicit JsonElement(const std::uint64_t* word) noexcept : word_(word) {}

  const std::uint64_t* word_ = nullptr;
};

// A tape and the strings to which it refers, both made by simdjson (doc/tape.md of its versions 3).
//
//   for (JsonElement key = object.first(), end = tape.end(object); key != end;
//        key = tape.next(key.value())) {
class JsonTape {
 public:
  JsonTape() noexcept = default;
  JsonTape(const std::uint64_t* words, const std::uint8_t* strings) noexcept
      : words_(words), strings_(strings) {}

  // The value that a parsed text consists of; the first word belongs to the text.
  JsonElement root() const noexcept { return JsonElement(words_ + 1); }

  // Of a string, behind which is a zero byte.
  std::string_view string(JsonElement element) const noexcept {
    const std::uint8_t* const bytes = strings_ + (*element.word_ & kOffsetMask);
    std::uint32_t size;
    std::memcpy(&size, bytes, sizeof(size));
    return {reinterpret_cast<const char*>(bytes) + sizeof(size), size};
  }
  // False when it is of another type.
  bool get(JsonElement element, std::string_view& text) const noexcept {
    if (element.type() != JsonType::kString) return false;
    text = string(element);
    return true;
  }

  // Where an object or an array ends.
  JsonElement end(JsonElement container) const noexcept {
    return JsonElement(behind(container) - 1);
  }
  // What comes behind a value.
  JsonElement next(JsonElement element) const noexcept {
    switch (element.type()) {
      case JsonType::kObject:
      case JsonType::kArray:
        return JsonElement(behind(element));
      case JsonType::kInt64:
      case JsonType::kUint64:
      case JsonType::kDouble:
        return JsonElement(element.word_ + 2);
      default:
        return JsonElement(element.word_ + 1);
    }
  }

 private:
  static constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << JsonElement::kTagShift) - 1;

  const std::uint64_t* behind(JsonElement container) const noexcept {
    return words_ + static_cast<std::uint32_t>(*container.word_);
  }

  const std::uint64_t* words_ = nullptr;
  const std::uint8_t* strings_ = nullptr;
};

}  // namespace bsonpp
