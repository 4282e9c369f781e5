// Any text as Extended JSON: the BSON made of it is valid, and canonical JSON gives it back.

#include <bsonpp/json_builder.h>
#include <bsonpp/json_to_bson.h>
#include <bsonpp/validate.h>

#include "fuzzing.h"
#include "rewriter.h"

#include <string>

namespace bsonpp::fuzzing {
namespace {

constexpr std::size_t kDepth = 200;

JsonError read_json(std::string_view text, std::string& bson) {
  ExactStorage storage;
  JsonParser parser;
  Writer writer(storage);
  const JsonError error = json_to_bson(text, parser, writer, {kDepth});
  bson = as_text(writer.bytes());
  // Without the place of an error the outcome is the same, but for a number that is too large.
  Writer again(storage);
  const JsonErrorCode code = try_json_to_bson(text, parser, again, {kDepth});
  require((code == JsonErrorCode::kOk) == !error);
  if (!error) require(as_text(again.bytes()) == bson);
  return error;
}

std::string canonical_json(std::string_view bson) {
  ExactStorage storage;
  TextWriter text(storage);
  require(!bson_to_json(as_bytes(bson), JsonFormat::of(JsonMode::kCanonical), text, {kDepth + 2}));
  return std::string(text.text());
}

// All NaNs of Decimal128 are "NaN" in JSON, with no sign and no payload.
class OneNan : public Rewriter {
 public:
  using Rewriter::Rewriter;
  bool decimal128_value(Bytes bytes) {
    constexpr auto kNan = std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x7c", 16);
    const bool is_nan = (static_cast<unsigned>(bytes.back()) & 0x7cU) == 0x7cU;
    return Rewriter::decimal128_value(is_nan ? as_bytes(kNan) : bytes);
  }
};

std::string with_one_nan(std::string_view bson) {
  ExactStorage storage;
  Writer writer(storage);
  OneNan rewriter(writer);
  Walker<OneNan> walker(rewriter, kDepth + 2);
  Rewriter::Document outermost;
  require(rewriter.begin(outermost) && walker.document(as_bytes(bson), outermost) &&
          rewriter.end(outermost));
  return std::string(as_text(writer.bytes()));
}

void check(std::string_view text) {
  const JsonError place = locate_json_error(text);
  require(place.offset <= text.size() && place.column <= text.size() + 1);
  std::string bson;
  const JsonError error = read_json(text, bson);
  require(message(error.code) != nullptr);
  require(error.offset <= text.size());
  if (error.code == JsonErrorCode::kMalformed) require(error.line >= 1 && error.column >= 1);
  if (error) return;
  require(!place);
  require(!validate(as_bytes(bson), {.check_datetime_range = true}, {kDepth + 2}));

  std::string again;
  require(!read_json(canonical_json(bson), again));
  require(again == with_one_nan(bson));
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bsonpp;
  fuzzing::check(as_text(fuzzing::input_bytes(data, size)));
  return 0;
}
