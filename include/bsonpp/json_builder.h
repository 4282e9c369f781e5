// From BSON to JSON text, without a value in between.
#pragma once

#include <bsonpp/json_writer.h>
#include <bsonpp/nesting.h>
#include <bsonpp/walker.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

// A builder for Walker that writes what it is told. Elements come out in the document's order, with
// each one followed by a separator; the last separator is taken back at the end.
//
// Extended JSON's forms of the deprecated types ($symbol, $undefined, $dbPointer) are written where
// bson.decode() would have lost the type. A DBRef is the document that it is in BSON.
class JsonBuilder {
 public:
  using Value = bool;  // whether it has been written
  struct Document {
    bool empty = true;
  };
  struct Array {
    bool empty = true;
  };

  explicit JsonBuilder(JsonWriter& json, NestingLimit limit = {}) noexcept
      : json_(json), limit_(limit) {}

  // Opens and closes the outermost document.
  bool begin() noexcept { return json_.raw("{"); }
  bool end(const Document& document) noexcept { return close(document.empty, "}"); }

  static bool failed(Value value) noexcept { return !value; }

  ErrorCode read_key(Cursor& cursor, Document& document) noexcept {
    document.empty = false;
    // Most keys are found, looked at and copied at once.
    std::size_t size = 0;
    if (json_.write_plain_key(as_text(cursor.rest()), size)) [[likely]] {
      Bytes passed;
      return cursor.read_bytes(size + 1, passed);
    }
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code != ErrorCode::kOk) return code;
    if (json_.write_key(key)) [[likely]] {
      return ErrorCode::kOk;
    }
    return json_.error() == JsonWriteError::kInvalidUtf8 ? ErrorCode::kInvalidUtf8
                                                         : ErrorCode::kOutOfMemory;
  }
  bool append(Document&, Value) noexcept { return json_.write_item_separator(); }
  bool append(Array& array, Value) noexcept {
    array.empty = false;
    return json_.write_item_separator();
  }

  Visit begin_document(Bytes, Document&, Value&) noexcept { return opened("{"); }
  Visit begin_array(Bytes, Array&, Value&) noexcept { return opened("["); }
  Visit begin_scope(std::string_view code, Bytes, Document&, Value&) noexcept {
    return json_.begin_code_with_scope(code) ? opened("{") : Visit::kFailed;
  }
  Value end_document(Document& document) noexcept { return end(document); }
  Value end_array(Array& array) noexcept { return close(array.empty, "]"); }
  Value end_scope(Document& document) noexcept { return end(document); }
  static void abandon(Document&) noexcept {}
  static void abandon(Array&) noexcept {}
  static void note_field(const Document&) noexcept {}
  bool enter(std::size_t depth) noexcept {
    return limit_.stack_holds(depth) || json_.fail(JsonWriteError::kStackExhausted);
  }
  static void leave() noexcept {}

  Value double_value(double number) noexcept { return json_.write_double(number); }
  Value string_value(std::string_view text) noexcept { return json_.write_string(text); }
  Value symbol_value(std::string_view text) noexcept { return json_.write_symbol(text); }
  Value binary_value(BinarySubtype subtype, Bytes bytes) noexcept {
    return json_.write_binary(subtype, bytes);
  }
  Value undefined_value() noexcept { return json_.write_undefined(); }
  Value null_value() noexcept { return json_.write_null(); }
  Value boolean_value(bool truth) noexcept { return json_.write_boolean(truth); }
  Value object_id_value(Bytes bytes) noexcept { return json_.write_object_id(bytes); }
  Value datetime_value(std::int64_t millis) noexcept { return json_.write_datetime(millis); }
  Value regex_value(std::string_view pattern, std::string_view flags) noexcept;
  Value db_pointer_value(std::string_view collection, Bytes id) noexcept {
    return json_.write_db_pointer(collection, id);
  }
  Value code_value(std::string_view text) noexcept { return json_.write_code(text); }
  Value code_with_scope_value(std::string_view, Value) noexcept {
    return json_.end_code_with_scope();
  }
  Value int32_value(std::int32_t number) noexcept { return json_.write_int32(number); }
  Value int64_value(std::int64_t number) noexcept { return json_.write_int64(number); }
  Value timestamp_value(std::uint32_t time, std::uint32_t increment) noexcept {
    return json_.write_timestamp(time, increment);
  }
  Value decimal128_value(Bytes bytes) noexcept { return json_.write_decimal128(bytes); }
  Value min_key_value() noexcept { return json_.write_min_key(); }
  Value max_key_value() noexcept { return json_.write_max_key(); }

 private:
  Visit opened(std::string_view bracket) noexcept {
    return json_.raw(bracket) ? Visit::kDescend : Visit::kFailed;
  }
  bool close(bool empty, std::string_view bracket) noexcept {
    if (!empty) json_.text().drop(json_.format().item_separator().size());
    return json_.raw(bracket);
  }

  JsonWriter& json_;
  NestingLimit limit_;
};

// Why a document could not be written as JSON: what is wrong with the BSON, or with a value of it.
struct BsonToJsonError {
  Error bson;  // kBuilderFailed: see `value`
  JsonWriteError value = JsonWriteError::kNone;

  explicit operator bool() const noexcept { return static_cast<bool>(bson); }
};

// Appends `bytes`, which must be one whole document, to `text` as one JSON object.
BsonToJsonError bson_to_json(Bytes bytes, const JsonFormat& format, TextWriter& text,
                             NestingLimit limit = {}) noexcept;

// How many documents are put together.
enum class JsonFraming : std::uint8_t {
  kLines,  // each followed by a line feed
  kArray,  // one array
};

// Appends the documents that `bytes` are one after another. The error's offset counts from the
// first byte of `bytes`.
BsonToJsonError bson_stream_to_json(Bytes bytes, const JsonFormat& format, JsonFraming framing,
                                    TextWriter& text, NestingLimit limit = {}) noexcept;

}  // namespace bsonpp
