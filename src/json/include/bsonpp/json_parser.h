// JSON text read by simdjson, into simdjson's tape.
#pragma once

#include <bsonpp/json_error.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bsonpp {

using JsonElement = simdjson::dom::element;

// A field of an object on the tape. The key's characters are followed by a zero byte.
struct JsonField {
  std::string_view key;
  JsonElement value;

  std::string_view terminated_key() const noexcept { return {key.data(), key.size() + 1}; }
};

// The fields of the objects that are being read, those of inner ones above those of outer ones.
// Where an object names a key twice, its last value takes the first one's place, as in Python's
// json module.
class JsonFieldStack {
 public:
  // Puts the fields of `object` on top; returns where they begin. Throws std::bad_alloc.
  std::size_t push(simdjson::dom::object object);
  std::size_t size() const noexcept { return fields_.size(); }
  // By value, because the stack may move while a field is being worked on.
  JsonField operator[](std::size_t index) const noexcept { return fields_[index]; }
  void drop(std::size_t base) noexcept {
    fields_.erase(fields_.begin() + static_cast<std::ptrdiff_t>(base), fields_.end());
  }

 private:
  bool has_duplicates(std::size_t base);
  bool has_duplicates_of_many(std::size_t base);
  void resolve_duplicates(std::size_t base);

  std::vector<JsonField> fields_;
  std::vector<std::uint32_t> table_;
};

// simdjson's parser, whose buffers are used again for the next text.
class JsonParser {
 public:
  // Parses `text`, which is copied. `root` refers to this parser and is good until its next use.
  // The error has no position; see locate_json_error().
  [[nodiscard]] JsonErrorCode parse(std::string_view text, JsonElement& root) noexcept;

  // Kept beside the parser, so that its memory is used again too.
  JsonFieldStack& fields() noexcept { return fields_; }

  // Bytes of text for which there are buffers; they take some 14 times as much.
  std::size_t capacity() const noexcept { return parser_.capacity(); }

 private:
  // Room for `size` bytes and what the parser reads behind them.
  bool reserve(std::size_t size) noexcept;

  simdjson::dom::parser parser_;
  std::unique_ptr<char[]> text_;
  std::size_t room_ = 0;  // bytes
  JsonFieldStack fields_;
};

}  // namespace bsonpp
