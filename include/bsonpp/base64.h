// Base64 as RFC 4648 section 4 has it: with padding, and no other characters than its own.
#pragma once

#include <bsonpp/cursor.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace bsonpp {

// Characters that put_base64() writes for `size` bytes.
constexpr std::size_t base64_size(std::size_t size) noexcept { return (size + 2) / 3 * 4; }
// Returns the end of what it wrote.
char* put_base64(char* out, Bytes bytes) noexcept;

// False where `text` is no base64. Bits behind the last byte are not looked at, as Python's
// base64.b64decode() does not. Throws std::bad_alloc.
bool parse_base64(std::string_view text, std::vector<char>& bytes);

}  // namespace bsonpp
