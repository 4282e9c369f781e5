#include <bsonpp/base64.h>
#include <bsonpp/civil_time.h>
#include <bsonpp/json_writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace bsonpp {

namespace {

char* put(char* out, std::string_view text) noexcept {
  return std::copy_n(text.data(), text.size(), out);
}

constexpr bool is_within_int32(std::int64_t number) noexcept {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

// More than any of the fixed pieces around a value.
constexpr std::size_t kFrameSize = 64;

}  // namespace

bool JsonWriter::write_string(std::string_view utf8) noexcept {
  switch (write_json_string(*text_, utf8, format_.ascii)) {
    case JsonStringError::kNone:
      return true;
    case JsonStringError::kInvalidUtf8:
      return fail(JsonWriteError::kInvalidUtf8);
    case JsonStringError::kOutOfMemory:
      break;
  }
  return out_of_memory();
}

bool JsonWriter::wrapped_integer(std::string_view prefix, std::int64_t number,
                                 std::string_view suffix) noexcept {
  char* out = text_->reserve(kFrameSize + kIntegerTextSize);
  if (out == nullptr) return out_of_memory();
  text_->advance(put(put_integer(put(out, prefix), number), suffix));
  return true;
}

bool JsonWriter::write_int32(std::int32_t number) noexcept {
  if (format_.mode == JsonMode::kCanonical) {
    return wrapped_integer(R"({"$numberInt": ")", number, "\"}");
  }
  return wrapped_integer("", number, "");
}

bool JsonWriter::write_int64(std::int64_t number) noexcept {
  if (format_.int64_as_number_long) {
    return wrapped_integer(R"({"$numberLong": ")", number, "\"}");
  }
  return wrapped_integer("", number, "");
}

bool JsonWriter::write_integer(std::int64_t number) noexcept {
  if (format_.mode != JsonMode::kCanonical) return wrapped_integer("", number, "");
  if (is_within_int32(number)) return write_int32(static_cast<std::int32_t>(number));
  return wrapped_integer(R"({"$numberLong": ")", number, "\"}");
}

bool JsonWriter::write_double(double number) noexcept {
  if (!std::isfinite(number)) [[unlikely]] {
    return write_non_finite(number);
  }
  char* out = text_->reserve(kFrameSize + kDoubleTextSize);
  if (out == nullptr) return out_of_memory();
  if (format_.mode == JsonMode::kCanonical) {
    text_->advance(put(put_double(put(out, R"({"$numberDouble": ")"), number), "\"}"));
  } else {
    text_->advance(put_double(out, number));
  }
  return true;
}

bool JsonWriter::write_non_finite(double number) noexcept {
  const std::string_view name = name_of_non_finite(number);
  switch (format_.mode) {
    case JsonMode::kLegacy:
      return raw(name);
    case JsonMode::kRelaxed:
    case JsonMode::kCanonical:
      return raw(R"({"$numberDouble": ")") && raw(name) && raw("\"}");
    case JsonMode::kPlain:
      break;
  }
  switch (format_.non_finite) {
    case PlainNonFinite::kNull:
      return write_null();
    case PlainNonFinite::kString:
      return raw("\"") && raw(name) && raw("\"");
    case PlainNonFinite::kError:
      break;
  }
  return fail(JsonWriteError::kNonFinite);
}

bool JsonWriter::write_decimal128(Bytes bytes) noexcept {
  std::array<char, kDecimal128TextSize> buffer{};
  const char* end = put_decimal128(buffer.data(), bytes);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  if (!format_.is_plain()) return raw(R"({"$numberDecimal": ")") && raw(text) && raw("\"}");
  if (!format_.decimal_as_number) return raw("\"") && raw(text) && raw("\"");
  if (text.ends_with('N')) return write_non_finite(std::numeric_limits<double>::quiet_NaN());
  if (text.ends_with('y')) {
    const double infinity = std::numeric_limits<double>::infinity();
    return write_non_finite(text.starts_with('-') ? -infinity : infinity);
  }
  return raw(text);
}

bool JsonWriter::write_object_id(Bytes bytes) noexcept {
  char* out = text_->reserve(kFrameSize);
  if (out == nullptr) return out_of_memory();
  if (format_.is_plain()) {
    out = put(put_hex(put(out, "\""), bytes), "\"");
  } else {
    out = put(put_hex(put(out, R"({"$oid": ")"), bytes), "\"}");
  }
  text_->advance(out);
  return true;
}

bool JsonWriter::write_datetime(std::int64_t millis) noexcept {
  switch (format_.datetime) {
    case JsonDatetime::kMillis:
      return wrapped_integer(R"({"$date": )", millis, "}");
    case JsonDatetime::kPlainMillis:
      return wrapped_integer("", millis, "");
    case JsonDatetime::kIso8601:
    case JsonDatetime::kPlainIso8601: {
      const bool plain = format_.datetime == JsonDatetime::kPlainIso8601;
      if (!plain && (millis < 0 || millis > kMaxCivilMillis)) break;
      char* out = text_->reserve(kFrameSize + kIsoDatetimeTextSize);
      if (out == nullptr) return out_of_memory();
      out = put_iso_datetime(put(out, plain ? "\"" : R"({"$date": ")"), millis);
      text_->advance(put(out, plain ? "\"" : "\"}"));
      return true;
    }
    case JsonDatetime::kNumberLong:
      break;
  }
  return wrapped_integer(R"({"$date": {"$numberLong": ")", millis, "\"}}");
}

bool JsonWriter::write_timestamp(std::uint32_t time, std::uint32_t increment) noexcept {
  char* out = text_->reserve(kFrameSize + 2 * kIntegerTextSize);
  if (out == nullptr) return out_of_memory();
  const bool plain = format_.is_plain();
  out = put_integer(put(out, plain ? R"({"t":)" : R"({"$timestamp": {"t": )"), time);
  out = put_integer(put(out, plain ? R"(,"i":)" : R"(, "i": )"), increment);
  text_->advance(put(out, plain ? "}" : "}}"));
  return true;
}

bool JsonWriter::base64_between(std::string_view prefix, Bytes bytes,
                                std::string_view suffix) noexcept {
  char* out = text_->reserve(2 * kFrameSize + base64_size(bytes.size()));
  if (out == nullptr) return out_of_memory();
  text_->advance(put(put_base64(put(out, prefix), bytes), suffix));
  return true;
}

bool JsonWriter::write_binary(BinarySubtype subtype, Bytes bytes) noexcept {
  if (format_.is_plain()) return base64_between("\"", bytes, "\"");
  const auto byte = static_cast<std::byte>(subtype);
  std::array<char, 2> hex{};
  put_hex(hex.data(), {&byte, 1});
  const std::string_view subtype_text(hex.data(), hex.size());
  if (format_.mode == JsonMode::kLegacy) {
    return base64_between(R"({"$binary": ")", bytes, R"(", "$type": ")") && raw(subtype_text) &&
           raw("\"}");
  }
  return base64_between(R"({"$binary": {"base64": ")", bytes, R"(", "subType": ")") &&
         raw(subtype_text) && raw("\"}}");
}

bool JsonWriter::write_regex(std::string_view pattern, std::string_view flags) noexcept {
  switch (format_.mode) {
    case JsonMode::kPlain:
      return write_plain_regex(pattern, flags);
    case JsonMode::kLegacy:
      return raw(R"({"$regex": )") && write_string(pattern) && raw(R"(, "$options": )") &&
             write_string(flags) && raw("}");
    case JsonMode::kRelaxed:
    case JsonMode::kCanonical:
      break;
  }
  return raw(R"({"$regularExpression": {"pattern": )") && write_string(pattern) &&
         raw(R"(, "options": )") && write_string(flags) && raw("}}");
}

// "/pattern/flags"
bool JsonWriter::write_plain_regex(std::string_view pattern, std::string_view flags) noexcept {
  if (!raw("\"/")) return false;
  const std::size_t start = text_->size();
  if (!write_string(pattern)) return false;
  // Drop both quotes, of which the first one lies at `start`.
  text_->rotate(start, start + 1);
  text_->drop(2);
  return raw("/") && raw(flags) && raw("\"");
}

bool JsonWriter::write_min_key() noexcept {
  return raw(format_.is_plain() ? "\"MinKey\"" : R"({"$minKey": 1})");
}
bool JsonWriter::write_max_key() noexcept {
  return raw(format_.is_plain() ? "\"MaxKey\"" : R"({"$maxKey": 1})");
}

bool JsonWriter::write_undefined() noexcept {
  const bool extended = format_.mode == JsonMode::kRelaxed || format_.mode == JsonMode::kCanonical;
  return extended ? raw(R"({"$undefined": true})") : write_null();
}

bool JsonWriter::write_symbol(std::string_view utf8) noexcept {
  const bool extended = format_.mode == JsonMode::kRelaxed || format_.mode == JsonMode::kCanonical;
  if (!extended) return write_string(utf8);
  return raw(R"({"$symbol": )") && write_string(utf8) && raw("}");
}

bool JsonWriter::write_code(std::string_view utf8) noexcept {
  if (format_.is_plain()) return write_string(utf8);
  return raw(R"({"$code": )") && write_string(utf8) && raw("}");
}

bool JsonWriter::begin_code_with_scope(std::string_view utf8) noexcept {
  const bool plain = format_.is_plain();
  return raw(plain ? R"({"code":)" : R"({"$code": )") && write_string(utf8) &&
         raw(plain ? R"(,"scope":)" : R"(, "$scope": )");
}

bool JsonWriter::write_db_pointer(std::string_view collection, Bytes id) noexcept {
  switch (format_.mode) {
    case JsonMode::kPlain:
      return raw(R"({"$ref":)") && write_string(collection) && raw(R"(,"$id":)") &&
             write_object_id(id) && raw("}");
    case JsonMode::kLegacy:
      return raw(R"({"$ref": )") && write_string(collection) && raw(R"(, "$id": )") &&
             write_object_id(id) && raw("}");
    case JsonMode::kRelaxed:
    case JsonMode::kCanonical:
      break;
  }
  return raw(R"({"$dbPointer": {"$ref": )") && write_string(collection) && raw(R"(, "$id": )") &&
         write_object_id(id) && raw("}}");
}

}  // namespace bsonpp
