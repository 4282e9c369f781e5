// JSON text read by simdjson, into simdjson's tape.
#pragma once

#include <bsonpp/json_error.h>
#include <bsonpp/json_tape.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bsonpp {

// The fields of the objects that are being read, those of inner ones above those of outer ones,
// each as its key, behind which its value lies. Where an object names a key twice, its last value
// takes the first one's place, as in Python's json module.
class JsonFieldStack {
 public:
  explicit JsonFieldStack(const JsonTape& tape) noexcept : tape_(tape) {}

  // Puts the fields of `object` on top; returns where they begin. Throws std::bad_alloc.
  std::size_t push(JsonElement object);
  std::size_t size() const noexcept { return keys_.size(); }
  const JsonTape& tape() const noexcept { return tape_; }
  std::string_view key(std::size_t index) const noexcept { return tape_.string(keys_[index]); }
  JsonElement value(std::size_t index) const noexcept { return keys_[index].value(); }
  void drop(std::size_t base) noexcept {
    keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(base), keys_.end());
  }

 private:
  bool has_duplicates(std::size_t base);
  bool has_duplicates_of_many(std::size_t base);
  bool has_duplicates_by_order(std::size_t base) const;
  void resolve_duplicates(std::size_t base);

  const JsonTape& tape_;
  std::vector<JsonElement> keys_;
  std::vector<std::uint32_t> table_;
};

// simdjson's parser, whose buffers are used again for the next text.
class JsonParser {
 public:
  JsonParser() = default;
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  // Parses `text`, which is copied. `root` lies on this parser's tape and is good until its next
  // use; set on success only. The error has no position; see locate_json_error().
  [[nodiscard]] JsonErrorCode parse(std::string_view text, JsonElement& root) noexcept;

  // Of the last text that was parsed.
  const JsonTape& tape() const noexcept { return tape_; }

  // Kept beside the parser, so that its memory is used again too.
  JsonFieldStack& fields() noexcept { return fields_; }

  // Bytes of text for which there are buffers; they take some 14 times as much.
  std::size_t capacity() const noexcept { return parser_.capacity(); }

 private:
  // Room for `size` bytes and what the parser reads behind them.
  bool reserve(std::size_t size) noexcept;

  simdjson::dom::parser parser_;
  simdjson::dom::document document_;
  JsonTape tape_;
  std::unique_ptr<char[]> text_;
  std::size_t room_ = 0;  // bytes
  JsonFieldStack fields_{tape_};
};

}  // namespace bsonpp
