// Converts Extended JSON to BSON and back, and shows where malformed text is wrong.

#include <bsonpp/json_builder.h>
#include <bsonpp/json_error.h>
#include <bsonpp/json_to_bson.h>
#include <bsonpp/text_writer.h>
#include <bsonpp/writer.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace {

constexpr std::string_view kOrder =
    R"({"_id": {"$oid": "65a1b2c3d4e5f60718293a4b"},
        "placed": {"$date": "2024-05-06T07:08:09Z"},
        "total": {"$numberDecimal": "49.90"}})";
constexpr std::string_view kMalformed = "{\"total\": 1,\n \"placed\": }";

// Prints the document that `text` holds, as plain JSON.
bool convert(std::string_view text, bsonpp::JsonParser& parser) {
  bsonpp::HeapStorage bson_storage;
  bsonpp::Writer bson(bson_storage);
  const bsonpp::JsonError error = bsonpp::json_to_bson(text, parser, bson);
  if (error) {
    std::cout << "line " << error.line << ", column " << error.column << ": " << message(error.code)
              << '\n';
    return false;
  }
  bsonpp::HeapStorage text_storage;
  bsonpp::TextWriter json(text_storage);
  const auto plain = bsonpp::JsonFormat::of(bsonpp::JsonMode::kPlain);
  if (bsonpp::bson_to_json(bson.bytes(), plain, json)) return false;
  std::cout << bson.bytes().size() << " bytes of BSON: " << json.text() << '\n';
  return true;
}

}  // namespace

int main() {
  bsonpp::JsonParser parser;
  const bool is_as_expected = convert(kOrder, parser) && !convert(kMalformed, parser);
  return is_as_expected ? EXIT_SUCCESS : EXIT_FAILURE;
}
