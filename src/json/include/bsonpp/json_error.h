// What can be wrong with JSON text, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

enum class JsonErrorCode : std::uint8_t {
  kOk = 0,
  kMalformed,         // not JSON (RFC 8259), or an escape that is half a surrogate pair
  kInvalidUtf8,       // the text is not UTF-8
  kNumberOutOfRange,  // an integer beyond 64 bits, or a double beyond its range
  kNotAnObject,       // a BSON document must be written as an object
  kInvalidWrapper,    // an object with a $-key of Extended JSON that is not of that type's form
  kEmbeddedNul,       // a key or regular expression holds a zero byte
  kNestingTooDeep,    // more nested objects and arrays than the limit allows
  kStackExhausted,    // the thread's stack has no room for more of them
  kTooLarge,          // more text than the parser takes, or more BSON than the format
  kOutOfMemory,
};

struct JsonError {
  JsonErrorCode code = JsonErrorCode::kOk;
  // Where malformed text was noticed; for other codes all three are 0.
  std::size_t offset = 0;  // bytes
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // characters, from 1

  explicit operator bool() const noexcept { return code != JsonErrorCode::kOk; }
};

// An English sentence fragment for `code`, without document contents. Never null.
const char* message(JsonErrorCode code) noexcept;

// Looks for the first place at which `text` is no JSON. Made for text that a parser has refused:
// kOk when it finds nothing wrong. Nesting is not limited and takes no stack.
JsonError locate_json_error(std::string_view text);

}  // namespace bsonpp
