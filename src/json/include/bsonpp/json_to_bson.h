// From Extended JSON to BSON, without a value in between.
#pragma once

#include <bsonpp/json_error.h>
#include <bsonpp/json_parser.h>
#include <bsonpp/nesting.h>
#include <bsonpp/writer.h>

#include <string_view>

namespace bsonpp {

// Appends the document that `text` holds to `writer`: canonical, relaxed and PyMongo's legacy
// Extended JSON, with the meaning that bson.json_util.loads() and then bson.encode() give to it.
// So "_id" comes first, an integer takes 32 bits where it fits, $symbol becomes a string,
// $undefined null, and $dbPointer a DBRef. After an error the writer holds part of a document.
//
// `parser` is used for the text and can be used again.
JsonError json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                       NestingLimit limit = {}) noexcept;

// The same without looking for the place of an error: a number that simdjson cannot hold is
// kMalformed here.
JsonErrorCode try_json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                               NestingLimit limit = {}) noexcept;

}  // namespace bsonpp
