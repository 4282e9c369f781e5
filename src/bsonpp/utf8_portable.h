// UTF-8 without instructions that only some processors have. What is here does what its namesakes
// in utf8.h say.
#pragma once

#include <bsonpp/utf8.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bsonpp::portable {

Utf8Summary summarize_utf8(std::string_view text) noexcept;

template <typename CodeUnit>
char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept;

template <typename CodeUnit>
void decode_utf8(std::string_view valid_text, std::span<CodeUnit> units) noexcept;

}  // namespace bsonpp::portable
