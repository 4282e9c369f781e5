#include "key_cache.h"

#include <bsonpp/byte_order.h>

#include <cstring>

namespace pymongo_cpp {

namespace {

using bsonpp::ErrorCode;

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15U;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept {
  const std::uint64_t product = (hash ^ word) * kMultiplier;
  return product ^ (product >> 32U);
}

std::uint64_t load(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

KeyRole role_of(std::string_view key) noexcept {
  if (!key.starts_with('$')) return kPlainKey;
  if (key == "$ref") return kRefKey;
  if (key == "$id") return kRefIdKey;
  if (key == "$db") return kDatabaseKey;
  return kPlainKey;
}

}  // namespace

// The seed keeps a document's author from choosing keys that share one slot.
KeyCache::KeyCache() : seed_(0) {
  const Ref probe = Ref::steal(PyUnicode_FromString("pymongo_cpp"));
  if (probe) seed_ = static_cast<std::uint64_t>(PyObject_Hash(probe.get()));
  PyErr_Clear();
}

std::size_t KeyCache::slot_of(std::string_view key) const noexcept {
  std::uint64_t hash = mix(seed_, key.size());
  std::size_t index = 0;
  for (; index + 8 <= key.size(); index += 8) hash = mix(hash, load(key.data() + index, 8));
  if (index < key.size()) hash = mix(hash, load(key.data() + index, key.size() - index));
  return (hash * kMultiplier >> 40U) % kSlots;
}

ErrorCode KeyCache::find(bsonpp::Cursor& cursor, Reader& reader, Key& key) {
  std::string_view text;
  if (const ErrorCode code = cursor.read_cstring(text); code != ErrorCode::kOk) return code;
  if (text.size() > kMaxKeySize || reader.misses_ == kMostMisses) {
    return make(text, reader.error_handler_, key);
  }
  const std::size_t slot = slot_of(text);
  if (slots_[slot] == 0) slots_[slot] = static_cast<std::uint16_t>(used_++);
  const std::uint16_t found = slots_[slot];
  Entry& entry = entries_[found];
  if (entry.key.size() == text.size() + 1 &&
      std::memcmp(entry.key.bytes().data(), text.data(), text.size()) == 0) {
    reader.misses_ = 0;
    key.roles |= entry.role;
  } else {
    ++reader.misses_;
    const ErrorCode code = make(text, reader.error_handler_, key);
    if (code != ErrorCode::kOk || !keep(entry, text, key.string)) return code;
  }
  expected_[reader.place_] = found;
  reader.place_ = place_after(found);
  key.string = entry.string.get();
  return ErrorCode::kOk;
}

ErrorCode KeyCache::make(std::string_view text, const char* error_handler, Key& key) {
  key.uncached = decode_text(text, error_handler);
  key.string = key.uncached.get();
  key.roles |= role_of(text);
  return key.string != nullptr ? ErrorCode::kOk : ErrorCode::kBuilderFailed;
}

// False when the str is not the key's own text, because an error handler had to change it, or the
// entry is in use.
bool KeyCache::keep(Entry& entry, std::string_view text, PyObject* string) {
  std::string_view kept;
  if (!utf8_view(string, kept)) PyErr_Clear();
  if (kept != text || !evict(entry)) return false;
  entry.key = bsonpp::KnownKey(with_terminator(kept));
  entry.role = role_of(text);
  entry.string = Ref::share(string);
  return true;
}

bool KeyCache::evict(Entry& entry) noexcept {
  if (!entry.string) return true;
  if (evicted_count_ == evicted_.size()) return false;
  evicted_[evicted_count_++] = std::move(entry.string);
  return true;
}

int KeyCache::traverse(visitproc visit, void* arg) const {
  for (const Entry& entry : entries_) Py_VISIT(entry.string.get());
  return 0;
}

void KeyCache::clear() noexcept {
  for (Entry& entry : entries_) {
    entry.key = bsonpp::KnownKey();
    entry.string.clear();
  }
  release_evicted(readers_);
}

}  // namespace pymongo_cpp
