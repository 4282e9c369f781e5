// UTF-8 in both directions, and JSON strings: each function agrees with the others.

#include <bsonpp/json_text.h>
#include <bsonpp/utf8.h>

#include "fuzzing.h"

#include <string>
#include <vector>

namespace bsonpp::fuzzing {
namespace {

// As many units as there are characters, so that AddressSanitizer sees one too many.
template <typename CodeUnit>
void check_units(std::string_view text, std::size_t characters) {
  std::vector<CodeUnit> units(characters);
  units.shrink_to_fit();
  decode_utf8(text, std::span(units));
  constexpr std::size_t kMostBytes = sizeof(CodeUnit) == 1 ? 2 : sizeof(CodeUnit) == 2 ? 3 : 4;
  std::vector<char> bytes(kMostBytes * characters + kEncodeSlack);
  const char* end = encode_utf8(std::span<const CodeUnit>(units), bytes.data());
  require(end != nullptr || characters == 0);
  if (characters == 0) return;
  require(std::string_view(bytes.data(), static_cast<std::size_t>(end - bytes.data())) == text);

  ExactStorage storage;
  TextWriter of_units(storage);
  require(write_json_units(of_units, units.data(), units.size()));
  ExactStorage other;
  TextWriter of_text(other);
  require(write_json_string(of_text, text, /*ascii=*/true) == JsonStringError::kNone);
  require(of_units.text() == of_text.text());
}

// Any units at all, well formed or not.
template <typename CodeUnit>
void check_any_units(Bytes bytes) {
  std::vector<CodeUnit> units(bytes.size() / sizeof(CodeUnit));
  if (units.empty()) return;
  std::memcpy(units.data(), bytes.data(), units.size() * sizeof(CodeUnit));
  std::vector<char> encoded(4 * units.size() + kEncodeSlack);
  const char* end = encode_utf8(std::span<const CodeUnit>(units), encoded.data());
  if (end == nullptr) return;
  require(is_utf8({encoded.data(), static_cast<std::size_t>(end - encoded.data())}));
}

void check(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const Utf8Summary summary = summarize_utf8(text);
  require(is_utf8(text) == summary.valid);
  require(ascii_prefix(text) <= text.size());
  require(is_ascii(text) == (ascii_prefix(text) == text.size()));

  ExactStorage storage;
  TextWriter json(storage);
  const JsonStringError error = write_json_string(json, text, /*ascii=*/false);
  require((error == JsonStringError::kNone) == summary.valid);
  if (summary.valid) {
    if (summary.widest <= 0xffU) check_units<std::uint8_t>(text, summary.characters);
    if (summary.widest <= 0xffffU) check_units<std::uint16_t>(text, summary.characters);
    check_units<std::uint32_t>(text, summary.characters);
  }
  check_any_units<std::uint8_t>(bytes);
  check_any_units<std::uint16_t>(bytes);
  check_any_units<std::uint32_t>(bytes);
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bsonpp::fuzzing::check(bsonpp::fuzzing::input_bytes(data, size));
  return 0;
}
