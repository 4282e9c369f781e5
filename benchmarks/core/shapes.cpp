#include "shapes.h"

#include <bsonpp/array_index.h>
#include <bsonpp/type.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bsonpp::benchmarks {
namespace {

using namespace std::string_view_literals;

constexpr int kArrayLength = 1000;
constexpr int kWideFields = 120;
constexpr int kNestedLevels = 40;
constexpr std::string_view kObjectId = "\x65\x92\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"sv;
constexpr std::string_view kAscii = "the quick brown fox jumps over the lazy dog ";
constexpr std::string_view kCyrillic = "съешь же ещё этих мягких французских булок ";

// Keys carry the zero byte that ends them.
bool order(Writer& writer) {
  std::size_t document = 0;
  std::size_t customer = 0;
  std::size_t items = 0;
  bool done = writer.begin_document(document) &&
              writer.write_element(Type::kObjectId, "_id\0"sv, kObjectId) &&
              writer.write_element(Type::kInt32, "number\0"sv, std::int32_t{1234567}) &&
              writer.begin_document_element(Type::kDocument, "customer\0"sv, customer) &&
              writer.write_string_element(Type::kString, "name\0"sv, "Amber Meadow"sv) &&
              writer.write_string_element(Type::kString, "email\0"sv, "amber@example.org"sv) &&
              writer.write_string_element(Type::kString, "city\0"sv, "Harbor"sv) &&
              writer.end_document(customer) &&
              writer.begin_document_element(Type::kArray, "items\0"sv, items);
  ArrayIndex index;
  for (int item = 0; done && item < 4; ++item, index.advance()) {
    std::size_t inner = 0;
    done = writer.begin_document_element(Type::kDocument, index.key(), inner) &&
           writer.write_string_element(Type::kString, "sku\0"sv, "PAPE-1234"sv) &&
           writer.write_string_element(Type::kString, "name\0"sv, "silver lantern"sv) &&
           writer.write_element(Type::kInt32, "quantity\0"sv, std::int32_t{3}) &&
           writer.write_element(Type::kDouble, "price\0"sv, 12.5) && writer.end_document(inner);
  }
  return done && writer.end_document(items) &&
         writer.write_element(Type::kBoolean, "paid\0"sv, std::uint8_t{1}) &&
         writer.write_element(Type::kDatetime, "created\0"sv, std::int64_t{1'704'067'200'000}) &&
         writer.end_document(document);
}

bool wide(Writer& writer) {
  static const auto kKeys = [] {
    std::array<std::string, kWideFields> keys;
    for (std::size_t field = 0; field < keys.size(); ++field) {
      keys[field] = "sales_measure_" + std::to_string(field) + '\0';
    }
    return keys;
  }();
  std::size_t document = 0;
  bool done = writer.begin_document(document);
  std::int32_t field = 0;
  for (const std::string& key : kKeys) {
    done = done && (field % 2 == 0 ? writer.write_element(Type::kInt32, key, field)
                                   : writer.write_element(Type::kDouble, key, field * 0.25));
    ++field;
  }
  return done && writer.end_document(document);
}

template <typename WriteElement>
bool array_of(Writer& writer, WriteElement write_element) {
  std::size_t document = 0;
  std::size_t array = 0;
  bool done = writer.begin_document(document) &&
              writer.begin_document_element(Type::kArray, "values\0"sv, array);
  ArrayIndex index;
  for (int element = 0; done && element < kArrayLength; ++element, index.advance()) {
    done = write_element(index.key(), element);
  }
  return done && writer.end_document(array) && writer.end_document(document);
}

bool floats(Writer& writer) {
  return array_of(writer, [&](std::string_view key, int element) {
    return writer.write_element(Type::kDouble, key, element * 0.5);
  });
}

bool ints(Writer& writer) {
  return array_of(writer, [&](std::string_view key, int element) {
    return writer.write_element(Type::kInt32, key, std::int32_t{element});
  });
}

bool strings(Writer& writer) {
  return array_of(writer, [&](std::string_view key, int element) {
    const auto size = static_cast<std::size_t>(element % 24);
    return writer.write_string_element(Type::kString, key, kAscii.substr(0, size));
  });
}

bool text_document(Writer& writer, std::string_view sentence) {
  static constexpr int kSentences = 100;
  std::string body;
  for (int count = 0; count < kSentences; ++count) body += sentence;
  std::size_t document = 0;
  return writer.begin_document(document) &&
         writer.write_string_element(Type::kString, "body\0"sv, std::string_view(body)) &&
         writer.end_document(document);
}

bool ascii_text(Writer& writer) { return text_document(writer, kAscii); }

bool cyrillic_text(Writer& writer) { return text_document(writer, kCyrillic); }

bool nested(Writer& writer) {
  std::array<std::size_t, kNestedLevels> starts{};
  bool done = writer.begin_document(starts[0]);
  for (int level = 1; done && level < kNestedLevels; ++level) {
    done = writer.write_element(Type::kInt32, "level\0"sv, std::int32_t{level}) &&
           writer.begin_document_element(Type::kDocument, "child\0"sv,
                                         starts[static_cast<std::size_t>(level)]);
  }
  for (std::size_t level = starts.size(); done && level-- > 0;) {
    done = writer.end_document(starts[level]);
  }
  return done;
}

constexpr std::array kShapes = {
    Shape{"order", order},
    Shape{"wide", wide},
    Shape{"nested", nested},
    Shape{"floats", floats},
    Shape{"ints", ints},
    Shape{"strings", strings},
    Shape{"ascii_text", ascii_text},
    Shape{"cyrillic_text", cyrillic_text},
};

}  // namespace

std::span<const Shape> shapes() noexcept { return kShapes; }

}  // namespace bsonpp::benchmarks
