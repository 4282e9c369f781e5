// Any bytes as JSON, in every mode: what is written is JSON, and what is refused is no document.

#include <bsonpp/json_builder.h>
#include <bsonpp/json_to_bson.h>
#include <bsonpp/validate.h>

#include "fuzzing.h"

#include <string>

namespace bsonpp::fuzzing {
namespace {

constexpr std::size_t kDepth = 200;
constexpr std::size_t kMostGrants = 12;

JsonFormat format_of(std::uint8_t choice) {
  JsonFormat format = JsonFormat::of(static_cast<JsonMode>(choice & 3U));
  format.ascii = (choice & 4U) != 0;
  if (format.is_plain()) {
    format.decimal_as_number = (choice & 8U) != 0;
    format.datetime =
        (choice & 16U) != 0 ? JsonDatetime::kPlainMillis : JsonDatetime::kPlainIso8601;
    format.non_finite = static_cast<PlainNonFinite>((choice >> 5U) % 3U);
  }
  return format;
}

// JSON keeps the flags of a regular expression that PyMongo knows and drops all others, so that
// those need not be UTF-8: the one thing that is not written and may be malformed.
class Writable : public Validator {
 public:
  bool regex_value(std::string_view pattern, std::string_view) const noexcept {
    return text_ok(pattern);
  }
};

bool is_writable(Bytes bytes) {
  Cursor cursor(bytes);
  Bytes document;
  if (cursor.read_document(document) != ErrorCode::kOk || !cursor.at_end()) return false;
  Writable builder;
  Walker<Writable> walker(builder, kDepth);
  Writable::Document outermost;
  return walker.document(document, outermost);
}

void check_text(std::string_view text, const JsonFormat& format) {
  require(is_utf8(text));
  // Outside plain JSON, Python's json module and this one write NaN as a bare word.
  if (!format.is_plain()) return;
  require(!locate_json_error(text));
}

void check(Bytes bytes) {
  const JsonFormat format = format_of(take_last(bytes));
  const std::size_t grants = take_last(bytes) % kMostGrants;
  ExactStorage storage;
  TextWriter text(storage);
  const BsonToJsonError error = bson_to_json(bytes, format, text, {kDepth});
  const bool writable = is_writable(bytes);
  if (!error) {
    require(writable);
    check_text(text.text(), format);
  } else {
    require(error.bson.offset <= bytes.size());
    require(!writable || error.value == JsonWriteError::kNonFinite);
  }

  ExactStorage scarce(grants);
  TextWriter starved(scarce);
  const BsonToJsonError again = bson_to_json(bytes, format, starved, {kDepth});
  if (!again) require(!error && starved.text() == text.text());

  for (const JsonFraming framing : {JsonFraming::kLines, JsonFraming::kArray}) {
    ExactStorage stream_storage;
    TextWriter stream(stream_storage);
    const BsonToJsonError failed = bson_stream_to_json(bytes, format, framing, stream, {kDepth});
    require(failed.bson.offset <= bytes.size());
    if (!error) require(!failed);
  }
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bsonpp::fuzzing::check(bsonpp::fuzzing::input_bytes(data, size));
  return 0;
}
