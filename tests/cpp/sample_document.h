// A document with an element of every type.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/type.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp::testing {

// Writes one element of each type of the specification; the keys are the names of the types.
inline bool write_every_type(Writer& writer) {
  using namespace std::string_view_literals;
  std::size_t document = 0;
  std::size_t inner = 0;
  std::size_t scope = 0;
  std::size_t code = 0;
  return writer.begin_document(document) &&
         writer.write_element(Type::kDouble, "double\0"sv, -0.5) &&
         writer.write_string_element(Type::kString, "string\0"sv, "caf\xc3\xa9"sv) &&
         writer.begin_document_element(Type::kDocument, "document\0"sv, inner) &&
         writer.write_element(Type::kInt32, "x\0"sv, std::int32_t{1}) &&
         writer.end_document(inner) &&
         writer.begin_document_element(Type::kArray, "array\0"sv, inner) &&
         writer.write_header(Type::kNull, "0\0"sv) &&
         writer.write_element(Type::kBoolean, "1\0"sv, std::uint8_t{1}) &&
         writer.end_document(inner) &&
         writer.write_binary_element("binary\0"sv, BinarySubtype::kUserDefined, "\x01\x02"sv) &&
         writer.write_binary_element("old\0"sv, BinarySubtype::kOldBinary, "\x03"sv) &&
         writer.write_header(Type::kUndefined, "undefined\0"sv) &&
         writer.write_element(Type::kObjectId, "id\0"sv, "0123456789ab"sv) &&
         writer.write_element(Type::kBoolean, "boolean\0"sv, std::uint8_t{0}) &&
         writer.write_element(Type::kDatetime, "datetime\0"sv, std::int64_t{-1}) &&
         writer.write_header(Type::kNull, "null\0"sv) &&
         writer.write_header(Type::kRegex, "regex\0"sv) && writer.write_cstring("^a"sv) &&
         writer.write_cstring("im"sv) &&
         writer.write_string_element(Type::kDbPointer, "pointer\0"sv, "db.c"sv) &&
         writer.write_bytes("ba9876543210"sv) &&
         writer.write_string_element(Type::kCode, "code\0"sv, "f()"sv) &&
         writer.write_string_element(Type::kSymbol, "symbol\0"sv, "sym"sv) &&
         writer.begin_document_element(Type::kCodeWithScope, "scoped\0"sv, code) &&
         writer.write_string("g()"sv) && writer.begin_document(scope) &&
         writer.write_header(Type::kNull, "y\0"sv) && writer.end_document(scope) &&
         (writer.patch_length(code), true) &&
         writer.write_element(Type::kInt32, "int32\0"sv, std::int32_t{-2}) &&
         writer.write_element(Type::kTimestamp, "timestamp\0"sv, std::uint64_t{0x700000005U}) &&
         writer.write_element(Type::kInt64, "int64\0"sv, std::int64_t{-3}) &&
         writer.write_element(Type::kDecimal128, "decimal\0"sv, "0123456789abcdef"sv) &&
         writer.write_header(Type::kMinKey, "min\0"sv) &&
         writer.write_header(Type::kMaxKey, "max\0"sv) && writer.end_document(document);
}

inline std::string every_type() {
  HeapStorage storage;
  Writer writer(storage);
  return write_every_type(writer) ? std::string(as_text(writer.bytes())) : std::string();
}

// `levels` documents, each the only element of the one around it.
inline std::string nested_documents(std::size_t levels, Type type = Type::kDocument) {
  using namespace std::string_view_literals;
  HeapStorage storage;
  Writer writer(storage);
  std::vector<std::size_t> open(levels + 1);
  bool written = writer.begin_document(open[0]);
  for (std::size_t level = 1; level <= levels; ++level) {
    written = written && writer.begin_document_element(type, "0\0"sv, open[level]);
  }
  for (std::size_t level = levels + 1; level-- > 0;) {
    written = written && writer.end_document(open[level]);
  }
  return written ? std::string(as_text(writer.bytes())) : std::string();
}

}  // namespace bsonpp::testing
