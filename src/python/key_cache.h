// Keys seen before, as the str objects that were made of them.
#pragma once

#include "text.h"

#include <bsonpp/cursor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace pymongo_cpp {

// What a key means to DBRef detection; the flags of a document's keys are added up.
enum KeyRole : std::uint8_t {
  kPlainKey = 0,
  kRefKey = 1,       // "$ref"
  kRefIdKey = 2,     // "$id"
  kDatabaseKey = 4,  // "$db"
};

// A direct-mapped table of keys, found by length and bytes, never by a hash alone. It also
// remembers which key came last after each key, and which came first inside the document that is
// its value, so that documents of one shape are read without searching for a key's end or hashing
// it. Entries lie in the order in which they were first seen, which is that of the documents: those
// of one shape share cache lines.
class KeyCache {
 public:
  static constexpr std::size_t kMaxKeySize = 64;  // bytes

  KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  // A key as a new reference, with its role.
  struct Key {
    Ref string;
    KeyRole role = kPlainKey;
  };

  // Where one reader stands.
  class Reader {
   public:
    // Goes into an embedded document, the value of the key that was read last. Returns what leave()
    // wants at its end.
    std::uint16_t enter() noexcept { return std::exchange(place_, place_ | kInside); }
    void leave(std::uint16_t outer) noexcept { place_ = outer; }

   private:
    friend class KeyCache;
    static constexpr std::uint16_t kInside = 1;

    std::uint16_t place_ = 0;   // twice the entry of the key before, 0 at first; or kInside it
    std::uint16_t misses_ = 0;  // keys in a row that were not in the cache
  };

  // Reads the cursor's next key. kTruncated when the key does not end within the cursor;
  // kBuilderFailed with a Python exception when it is not UTF-8 and the error handler (null:
  // strict) refuses it.
  bsonpp::ErrorCode read(bsonpp::Cursor& cursor, Reader& reader, const char* error_handler,
                         Key& key) {
    const std::uint16_t expected = expected_[reader.place_];
    const Entry& entry = entries_[expected];
    if (entry.size != 0 && cursor.match({entry.data, entry.size})) [[likely]] {
      reader.place_ = place_after(expected);
      key.string = Ref::share(entry.string.get());
      key.role = entry.role;
      return bsonpp::ErrorCode::kOk;
    }
    bsonpp::Cursor copy = cursor;  // so that the caller's can stay in registers
    const bsonpp::ErrorCode code = find(copy, reader, error_handler, key);
    cursor = copy;
    return code;
  }

  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

 private:
  static constexpr std::size_t kSlots = 4096;
  // A document of that many unknown keys in a row has data for keys: it would only push out those
  // that come again.
  static constexpr std::uint16_t kMostMisses = 512;

  struct Entry {
    Ref string;
    const char* data = nullptr;  // UTF-8 with its zero byte, kept by `string`
    std::uint8_t size = 0;       // bytes with the zero byte; 0: empty
    KeyRole role = kPlainKey;
  };

  bsonpp::ErrorCode find(bsonpp::Cursor& cursor, Reader& reader, const char* error_handler,
                         Key& key);
  static std::uint16_t place_after(std::uint16_t entry) noexcept {
    return static_cast<std::uint16_t>(2 * entry);
  }
  std::size_t slot_of(std::string_view key) const noexcept;
  static bool keep(Entry& entry, std::string_view key, PyObject* string);

  std::uint64_t seed_;
  std::size_t used_ = 1;                       // entries; the first stands for "no key before"
  std::array<std::uint16_t, kSlots> slots_{};  // the entry of a hash; 0: none
  std::array<Entry, kSlots + 1> entries_{};
  std::array<std::uint16_t, 2 * (kSlots + 1)> expected_{};  // the entry of the next key, by place
};

}  // namespace pymongo_cpp
