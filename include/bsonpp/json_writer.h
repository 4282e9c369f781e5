// Writes single values as JSON: Extended JSON version 2, PyMongo's legacy form, or plain JSON.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/decimal128.h>
#include <bsonpp/json_text.h>
#include <bsonpp/text_writer.h>
#include <bsonpp/type.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

enum class JsonMode : std::uint8_t {
  kLegacy = 0,     // as PyMongo's JSONMode.LEGACY
  kRelaxed = 1,    // Extended JSON v2, numbers and dates readable
  kCanonical = 2,  // Extended JSON v2, every type kept
  kPlain = 3,      // for programs that know no BSON: loses types
};

// How a datetime is written. The first three are PyMongo's DatetimeRepresentation.
enum class JsonDatetime : std::uint8_t {
  kMillis = 0,      // {"$date": 1356351330501}
  kNumberLong = 1,  // {"$date": {"$numberLong": "1356351330501"}}
  kIso8601 = 2,     // {"$date": "2012-12-24T12:15:30.501Z"} from 1970 to 9999, else kNumberLong
  kPlainIso8601,    // "2012-12-24T12:15:30.501Z"
  kPlainMillis,     // 1356351330501
};

// What stands for NaN and the infinities in plain JSON.
enum class PlainNonFinite : std::uint8_t { kNull, kString, kError };

struct JsonFormat {
  JsonMode mode = JsonMode::kRelaxed;
  JsonDatetime datetime = JsonDatetime::kIso8601;
  bool int64_as_number_long = false;  // {"$numberLong": "7"} instead of 7
  bool ascii = true;                  // escape all that is not ASCII
  bool decimal_as_number = false;     // plain: Decimal128 as a number, else as a string
  PlainNonFinite non_finite = PlainNonFinite::kNull;

  // The defaults of a mode, as PyMongo's LEGACY_, RELAXED_ and CANONICAL_JSON_OPTIONS.
  static constexpr JsonFormat of(JsonMode mode) noexcept {
    JsonFormat format;
    format.mode = mode;
    format.int64_as_number_long = mode == JsonMode::kCanonical;
    switch (mode) {
      case JsonMode::kLegacy:
        format.datetime = JsonDatetime::kMillis;
        break;
      case JsonMode::kRelaxed:
        format.datetime = JsonDatetime::kIso8601;
        break;
      case JsonMode::kCanonical:
        format.datetime = JsonDatetime::kNumberLong;
        break;
      case JsonMode::kPlain:
        format.datetime = JsonDatetime::kPlainIso8601;
        break;
    }
    return format;
  }

  constexpr bool is_plain() const noexcept { return mode == JsonMode::kPlain; }
  // What stands between values. The modes of PyMongo are spaced as json.dumps() does by default;
  // plain JSON has no spaces.
  constexpr std::string_view item_separator() const noexcept { return is_plain() ? "," : ", "; }
};

// Why a value was refused.
enum class JsonWriteError : std::uint8_t {
  kNone,
  kOutOfMemory,
  kInvalidUtf8,
  kStackExhausted,  // the thread's stack has no room for more nested documents and arrays
  kNonFinite,       // NaN or an infinity where PlainNonFinite::kError forbids them
};

// Appends values to a TextWriter. Every function returns false when it failed; error() says why.
class JsonWriter {
 public:
  JsonWriter(TextWriter& text, const JsonFormat& format) noexcept : text_(&text), format_(format) {}

  TextWriter& text() noexcept { return *text_; }
  const JsonFormat& format() const noexcept { return format_; }
  JsonWriteError error() const noexcept { return error_; }

  bool write_null() noexcept { return raw("null"); }
  bool write_boolean(bool truth) noexcept { return truth ? raw("true") : raw("false"); }
  bool write_string(std::string_view utf8) noexcept;
  bool write_int32(std::int32_t number) noexcept;
  // An int64 of BSON, or a Python Int64.
  bool write_int64(std::int64_t number) noexcept;
  // A Python int: canonical text depends on its size.
  bool write_integer(std::int64_t number) noexcept;
  bool write_double(double number) noexcept;
  bool write_decimal128(Bytes bytes) noexcept;
  bool write_object_id(Bytes bytes) noexcept;
  bool write_datetime(std::int64_t millis) noexcept;
  bool write_timestamp(std::uint32_t time, std::uint32_t increment) noexcept;
  bool write_binary(BinarySubtype subtype, Bytes bytes) noexcept;
  // `flags` are the letters as they are to be written.
  bool write_regex(std::string_view pattern, std::string_view flags) noexcept;
  bool write_min_key() noexcept;
  bool write_max_key() noexcept;
  bool write_undefined() noexcept;
  bool write_symbol(std::string_view utf8) noexcept;
  bool write_code(std::string_view utf8) noexcept;
  // Code with a scope: call begin, write the scope as a value, call end.
  bool begin_code_with_scope(std::string_view utf8) noexcept;
  bool end_code_with_scope() noexcept { return raw("}"); }
  bool write_db_pointer(std::string_view collection, Bytes id) noexcept;

  // A key and what follows it.
  bool write_key(std::string_view utf8) noexcept {
    return write_short_json_key(*text_, utf8, !format_.is_plain()) ||
           (write_string(utf8) && separator(':'));
  }
  // The same of the key with which `ahead` begins; see write_plain_json_key().
  bool write_plain_key(std::string_view ahead, std::size_t& size) noexcept {
    return write_plain_json_key(*text_, ahead, !format_.is_plain(), size);
  }
  // What stands between two values.
  bool write_item_separator() noexcept { return separator(','); }

  // Text that is JSON already.
  BSONPP_ALWAYS_INLINE bool raw(std::string_view json) noexcept {
    return text_->write(json) || out_of_memory();
  }
  bool fail(JsonWriteError error) noexcept {
    error_ = error;
    return false;
  }

 private:
  bool out_of_memory() noexcept { return fail(JsonWriteError::kOutOfMemory); }
  // Both separators are a character and, but in plain JSON, a space.
  bool separator(char first) noexcept {
    char* out = text_->reserve(2);
    if (out == nullptr) return out_of_memory();
    out[0] = first;
    out[1] = ' ';
    text_->advance(out + (format_.is_plain() ? 1 : 2));
    return true;
  }
  // prefix, the number, suffix
  bool wrapped_integer(std::string_view prefix, std::int64_t number,
                       std::string_view suffix) noexcept;
  bool write_non_finite(double number) noexcept;
  bool write_plain_regex(std::string_view pattern, std::string_view flags) noexcept;
  bool base64_between(std::string_view prefix, Bytes bytes, std::string_view suffix) noexcept;

  TextWriter* text_;
  JsonFormat format_;
  JsonWriteError error_ = JsonWriteError::kNone;
};

}  // namespace bsonpp
