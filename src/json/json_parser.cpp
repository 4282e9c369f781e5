#include "utf8_unescape.h"

#include <bsonpp/json_parser.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <new>

namespace bsonpp {

namespace {

static_assert(simdjson::SIMDJSON_VERSION_MAJOR == 3, "JsonTape knows the tape of these versions");

JsonErrorCode code_of(simdjson::error_code error) noexcept {
  switch (error) {
    case simdjson::SUCCESS:
      return JsonErrorCode::kOk;
    case simdjson::CAPACITY:
      return JsonErrorCode::kTooLarge;
    case simdjson::MEMALLOC:
      return JsonErrorCode::kOutOfMemory;
    case simdjson::DEPTH_ERROR:
      return JsonErrorCode::kNestingTooDeep;
    case simdjson::UTF8_ERROR:
      return JsonErrorCode::kInvalidUtf8;
    default:
      return JsonErrorCode::kMalformed;
  }
}

template <typename Word>
std::uint64_t load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// The length and up to eight bytes of a key: equal for equal keys, and different for most others.
std::uint64_t tag_of(std::string_view key) noexcept {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15U;
  const std::size_t size = key.size();
  const char* data = key.data();
  std::uint64_t bytes = 0;
  if (size >= 8) {
    bytes = load<std::uint64_t>(data) ^ std::rotl(load<std::uint64_t>(data + size - 8), 29);
  } else if (size >= 4) {
    bytes = load<std::uint32_t>(data) | load<std::uint32_t>(data + size - 4) << 32U;
  } else if (size >= 1) {
    bytes = load<std::uint8_t>(data) | load<std::uint8_t>(data + size / 2) << 8U |
            load<std::uint8_t>(data + size - 1) << 16U;
  }
  return bytes + size * kMultiplier;
}

// Fields up to which comparing each with each is faster than a table.
constexpr std::size_t kFewFields = 24;

}  // namespace

JsonErrorCode JsonParser::parse(std::string_view text, JsonElement& root) noexcept {
  // A byte order mark is no JSON, though newer versions of simdjson pass over it.
  if (text.starts_with("\xef\xbb\xbf")) return JsonErrorCode::kMalformed;
  if (text.size() > parser_.max_capacity()) return JsonErrorCode::kTooLarge;
  if (!reserve(text.size())) return JsonErrorCode::kOutOfMemory;
  const std::size_t size = copy_unescaped(text, text_.get());
  std::memset(&text_[size], 0, simdjson::SIMDJSON_PADDING);
  const auto parsed = parser_.parse_into_document(document_, text_.get(), size,
                                                  /*realloc_if_needed=*/false);
  if (parsed.error() != simdjson::SUCCESS) return code_of(parsed.error());
  tape_ = {document_.tape.get(), document_.string_buf.get()};
  root = tape_.root();
  return JsonErrorCode::kOk;
}

bool JsonParser::reserve(std::size_t size) noexcept {
  if (text_ && size <= room_) return true;
  text_.reset(new (std::nothrow) char[size + simdjson::SIMDJSON_PADDING]);
  room_ = size;
  return static_cast<bool>(text_);
}

std::size_t JsonFieldStack::push(JsonElement object) {
  const std::size_t base = keys_.size();
  for (JsonElement key = object.first(), end = tape_.end(object); key != end;
       key = tape_.next(key.value())) {
    keys_.push_back(key);
  }
  if (has_duplicates(base)) [[unlikely]] {
    resolve_duplicates(base);
  }
  return base;
}

bool JsonFieldStack::has_duplicates(std::size_t base) {
  const std::size_t count = keys_.size() - base;
  if (count < 2) return false;
  if (count > kFewFields) return has_duplicates_of_many(base);
  std::uint64_t tags[kFewFields];
  for (std::size_t i = 0; i < count; ++i) {
    tags[i] = tag_of(key(base + i));
    std::uint64_t same = 0;
    for (std::size_t j = 0; j < i; ++j) same |= static_cast<std::uint64_t>(tags[j] == tags[i]);
    if (same == 0) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (key(base + j) == key(base + i)) return true;
    }
  }
  return false;
}

bool JsonFieldStack::has_duplicates_of_many(std::size_t base) {
  constexpr std::uint32_t kEmpty = std::numeric_limits<std::uint32_t>::max();
  // Some half a step a key is usual. More are taken where text was made of keys of one hash.
  constexpr std::size_t kMostSteps = 8;
  const std::size_t count = keys_.size() - base;
  std::size_t steps_left = kMostSteps * count;
  const std::size_t slots = std::bit_ceil(2 * count);
  table_.assign(slots, kEmpty);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view text = key(base + i);
    std::size_t slot = std::hash<std::string_view>{}(text) & (slots - 1);
    while (table_[slot] != kEmpty) {
      if (key(base + table_[slot]) == text) return true;
      if (--steps_left == 0) return has_duplicates_by_order(base);
      slot = (slot + 1) & (slots - 1);
    }
    table_[slot] = static_cast<std::uint32_t>(i);
  }
  return false;
}

bool JsonFieldStack::has_duplicates_by_order(std::size_t base) const {
  std::vector<std::string_view> ordered;
  ordered.reserve(keys_.size() - base);
  for (std::size_t i = base; i < keys_.size(); ++i) ordered.push_back(key(i));
  std::ranges::sort(ordered);
  return std::ranges::adjacent_find(ordered) != ordered.end();
}

void JsonFieldStack::resolve_duplicates(std::size_t base) {
  std::map<std::string_view, std::size_t> places;
  std::size_t kept = base;
  for (std::size_t i = base; i < keys_.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(key(i), kept);
    keys_[place->second] = keys_[i];
    if (is_new) ++kept;
  }
  drop(kept);
}

}  // namespace bsonpp
