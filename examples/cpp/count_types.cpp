// Counts the values in a stream of BSON documents (such as mongodump writes), by kind.
//
//   count_types [FILE.bson]
//
// Without a file it counts a stream that it writes itself. Shows both halves of bsonpp: the Writer,
// and the Walker that drives a builder of one's own.

#include <bsonpp/cursor.h>
#include <bsonpp/error.h>
#include <bsonpp/type.h>
#include <bsonpp/walker.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

// A builder makes something of each value. This one makes nothing but a tally, so its values are
// only "it worked".
class Tally {
 public:
  using Value = bool;
  struct Document {};
  struct Array {};

  std::size_t strings = 0;
  std::size_t numbers = 0;
  std::size_t others = 0;

  static bool failed(Value value) { return !value; }
  static bsonpp::ErrorCode read_key(bsonpp::Cursor& cursor, Document& /*document*/) {
    std::string_view key;
    return cursor.read_cstring(key);
  }
  static void note_field(Document& /*document*/) {}
  static bool append(Document& /*document*/, Value value) { return value; }
  static bool append(Array& /*array*/, Value value) { return value; }

  static bsonpp::Visit begin_document(bsonpp::Bytes /*bytes*/, Document& /*inner*/,
                                      Value& /*taken*/) {
    return bsonpp::Visit::kDescend;
  }
  static bsonpp::Visit begin_scope(std::string_view /*code*/, bsonpp::Bytes /*bytes*/,
                                   Document& /*inner*/, Value& /*taken*/) {
    return bsonpp::Visit::kDescend;
  }
  static bsonpp::Visit begin_array(bsonpp::Bytes /*bytes*/, Array& /*inner*/, Value& /*taken*/) {
    return bsonpp::Visit::kDescend;
  }
  static Value end_document(Document& /*inner*/) { return true; }
  static Value end_scope(Document& /*inner*/) { return true; }
  static Value end_array(Array& /*inner*/) { return true; }
  static void abandon(Document& /*inner*/) {}
  static void abandon(Array& /*inner*/) {}
  static bool enter(std::size_t /*depth*/) { return true; }
  static void leave() {}

  Value string_value(std::string_view /*text*/) { return count(strings); }
  Value double_value(double /*number*/) { return count(numbers); }
  Value int32_value(std::int32_t /*number*/) { return count(numbers); }
  Value int64_value(std::int64_t /*number*/) { return count(numbers); }
  Value decimal128_value(bsonpp::Bytes /*bytes*/) { return count(numbers); }
  Value object_id_value(bsonpp::Bytes /*bytes*/) { return count(others); }
  Value datetime_value(std::int64_t /*millis*/) { return count(others); }
  Value boolean_value(bool /*flag*/) { return count(others); }
  Value null_value() { return count(others); }
  Value undefined_value() { return count(others); }
  Value binary_value(bsonpp::BinarySubtype /*subtype*/, bsonpp::Bytes /*bytes*/) {
    return count(others);
  }
  Value timestamp_value(std::uint32_t /*seconds*/, std::uint32_t /*increment*/) {
    return count(others);
  }
  Value regex_value(std::string_view /*pattern*/, std::string_view /*flags*/) {
    return count(others);
  }
  Value db_pointer_value(std::string_view /*collection*/, bsonpp::Bytes /*id*/) {
    return count(others);
  }
  Value code_value(std::string_view /*text*/) { return count(others); }
  Value symbol_value(std::string_view /*text*/) { return count(others); }
  Value code_with_scope_value(std::string_view /*code*/, Value /*scope*/) { return count(others); }
  Value min_key_value() { return count(others); }
  Value max_key_value() { return count(others); }

 private:
  static bool count(std::size_t& counter) {
    ++counter;
    return true;
  }
};

// {name: "Ada", born: 1815, tags: ["mathematician"]}; a key is written with its zero byte.
bool write_person(bsonpp::Writer& writer) {
  using bsonpp::Type;
  std::size_t document = 0;
  std::size_t tags = 0;
  return writer.begin_document(document) &&
         writer.write_string_element(Type::kString, "name\0"sv, "Ada"sv) &&
         writer.write_element(Type::kInt32, "born\0"sv, std::int32_t{1815}) &&
         writer.begin_document_element(Type::kArray, "tags\0"sv, tags) &&
         writer.write_string_element(Type::kString, "0\0"sv, "mathematician"sv) &&
         writer.end_document(tags) && writer.end_document(document);
}

bsonpp::ErrorCode count_all(bsonpp::Bytes stream, Tally& tally, std::size_t& documents) {
  bsonpp::Cursor cursor(stream);
  while (!cursor.at_end()) {
    bsonpp::Bytes bytes;
    const bsonpp::ErrorCode code = cursor.read_document(bytes);
    if (code != bsonpp::ErrorCode::kOk) return code;
    bsonpp::Walker<Tally> walker(tally);
    Tally::Document document;
    if (!walker.document(bytes, document)) return walker.error();
    ++documents;
  }
  return bsonpp::ErrorCode::kOk;
}

int report(bsonpp::Bytes stream) {
  Tally tally;
  std::size_t documents = 0;
  const bsonpp::ErrorCode code = count_all(stream, tally, documents);
  if (code != bsonpp::ErrorCode::kOk) {
    std::cerr << "document " << documents << ": " << bsonpp::message(code) << '\n';
    return 1;
  }
  std::cout << documents << " documents, " << tally.strings << " strings, " << tally.numbers
            << " numbers, " << tally.others << " other values\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    std::ifstream file(argv[1], std::ios::binary);
    if (!file) {
      std::cerr << "cannot read " << argv[1] << '\n';
      return 1;
    }
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return report(bsonpp::as_bytes(content));
  }
  bsonpp::HeapStorage storage;
  bsonpp::Writer writer(storage);
  for (int i = 0; i < 3; ++i) {
    if (!write_person(writer)) {
      std::cerr << bsonpp::message(writer.error().code) << '\n';
      return 1;
    }
  }
  return report(writer.bytes());
}
