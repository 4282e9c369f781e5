#include <bsonpp/digit_values.h>
#include <bsonpp/json_error.h>
#include <bsonpp/utf8.h>

#include <algorithm>
#include <vector>

namespace bsonpp {

namespace {

bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

bool hex_value(std::string_view digits, std::uint32_t& value) noexcept {
  value = 0;
  for (const char digit : digits) {
    const unsigned part = value_of(kHexValues, digit);
    if (part >= kNoDigit) return false;
    value = value * 16 + part;
  }
  return digits.size() == 4;
}

// Passes over JSON text as far as it is well formed. Where a function returns false, position() is
// the place.
class Recognizer {
 public:
  explicit Recognizer(std::string_view text) noexcept : text_(text) {}

  std::size_t position() const noexcept { return position_; }

  // One value with white space around it.
  bool text() {
    std::vector<char> open;  // the closing brackets that are awaited
    bool after_value = false;
    while (true) {
      skip_space();
      if (!after_value) {
        if (!begin_value(open, after_value)) return false;
        continue;
      }
      if (open.empty()) return at_end();
      if (take(open.back())) {
        open.pop_back();
      } else if (take(',')) {
        skip_space();
        if (open.back() == '}' && !key()) return false;
        after_value = false;
      } else {
        return false;
      }
    }
  }

 private:
  bool at_end() const noexcept { return position_ == text_.size(); }
  char peek() const noexcept { return at_end() ? '\0' : text_[position_]; }
  bool take(char expected) noexcept {
    if (at_end() || text_[position_] != expected) return false;
    ++position_;
    return true;
  }
  void skip_space() noexcept {
    while (!at_end() && std::string_view(" \t\n\r").find(peek()) != std::string_view::npos) {
      ++position_;
    }
  }

  // A scalar, or an opening bracket with what must follow it.
  bool begin_value(std::vector<char>& open, bool& after_value) {
    after_value = true;
    if (take('{')) {
      open.push_back('}');
      skip_space();
      if (peek() == '}') return true;
      after_value = false;
      return key();
    }
    if (take('[')) {
      open.push_back(']');
      skip_space();
      after_value = peek() == ']';
      return true;
    }
    if (peek() == '"') return string();
    if (peek() == '-' || is_digit(peek())) return number();
    return literal("true") || literal("false") || literal("null");
  }

  bool key() {
    if (peek() != '"' || !string()) return false;
    skip_space();
    return take(':');
  }

  bool literal(std::string_view word) noexcept {
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }

  bool digits() noexcept {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++position_;
    return true;
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool string() noexcept {
    const std::size_t start = position_++;
    while (!at_end()) {
      const char character = peek();
      if (take('"')) return true;
      if (static_cast<std::uint8_t>(character) < 0x20) return false;
      if (character == '\\') {
        if (!escape()) return false;
      } else {
        ++position_;
      }
    }
    position_ = start;  // it is the beginning of an unterminated string that helps
    return false;
  }

  bool escape() noexcept {
    if (position_ + 1 == text_.size()) return false;
    const char letter = text_[position_ + 1];
    if (letter != 'u') {
      if (std::string_view("\"\\/bfnrt").find(letter) == std::string_view::npos) return false;
      position_ += 2;
      return true;
    }
    std::uint32_t unit = 0;
    if (!unicode_escape(position_, unit)) return false;
    if (unit < 0xd800 || unit > 0xdfff) {
      position_ += 6;
      return true;
    }
    std::uint32_t second = 0;
    const bool paired = unit < 0xdc00 && unicode_escape(position_ + 6, second) &&
                        second >= 0xdc00 && second <= 0xdfff;
    if (paired) position_ += 12;
    return paired;
  }

  bool unicode_escape(std::size_t at, std::uint32_t& unit) const noexcept {
    return at + 6 <= text_.size() && text_[at] == '\\' && text_[at + 1] == 'u' &&
           hex_value(text_.substr(at + 2, 4), unit);
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

JsonError error_at(std::string_view text, std::size_t offset) noexcept {
  const std::string_view before = text.substr(0, offset);
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t last_feed = before.rfind('\n');
  const std::string_view in_line =
      last_feed == std::string_view::npos ? before : before.substr(last_feed + 1);
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(
      in_line, [](char unit) { return (static_cast<std::uint8_t>(unit) & 0xc0U) != 0x80U; }));
  return {JsonErrorCode::kMalformed, offset, lines + 1, characters + 1};
}

}  // namespace

const char* message(JsonErrorCode code) noexcept {
  switch (code) {
    case JsonErrorCode::kOk:
      return "no error";
    case JsonErrorCode::kMalformed:
      return "malformed JSON";
    case JsonErrorCode::kInvalidUtf8:
      return "text that is not UTF-8";
    case JsonErrorCode::kNumberOutOfRange:
      return "a number out of BSON's range";
    case JsonErrorCode::kNotAnObject:
      return "a document must be a JSON object";
    case JsonErrorCode::kInvalidWrapper:
      return "an Extended JSON type wrapper of the wrong form";
    case JsonErrorCode::kEmbeddedNul:
      return "a zero byte in a key or regular expression";
    case JsonErrorCode::kNestingTooDeep:
      return "too many nested objects and arrays";
    case JsonErrorCode::kStackExhausted:
      return "nested objects and arrays exhaust the stack";
    case JsonErrorCode::kTooLarge:
      return "too large";
    case JsonErrorCode::kOutOfMemory:
      return "out of memory";
  }
  return "unknown error";
}

JsonError locate_json_error(std::string_view text) {
  if (!is_utf8(text)) return {JsonErrorCode::kInvalidUtf8};
  Recognizer recognizer(text);
  if (recognizer.text()) return {};
  return error_at(text, recognizer.position());
}

}  // namespace bsonpp
