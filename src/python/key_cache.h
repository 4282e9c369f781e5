// Keys seen before, as the str objects that were made of them.
#pragma once

#include "text.h"

#include <bsonpp/cursor.h>
#include <bsonpp/known_key.h>

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

  // A key that a Reader has read.
  struct Key {
    PyObject* string = nullptr;      // borrowed; there for as long as the Reader and this are
    std::uint8_t roles = kPlainKey;  // of all keys that were read into this, added up

   private:
    friend class KeyCache;
    Ref uncached;  // keeps the string when the cache does not
  };

  // Reads the keys of one document after another. While there is a Reader, the cache keeps what
  // it has handed out.
  class Reader {
   public:
    // `error_handler` is for keys that are not UTF-8; null: strict.
    Reader(KeyCache& cache, const char* error_handler) noexcept
        : cache_(cache), error_handler_(error_handler) {
      ++cache.readers_;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() {
      --cache_.readers_;
      cache_.release_evicted(0);
    }

    // Begins a document that is in no other. What was read before is no longer used.
    void start() noexcept {
      place_ = 0;
      misses_ = 0;
      cache_.release_evicted(1);
    }
    // Goes into an embedded document, the value of the key that was read last. Returns what leave()
    // wants at its end.
    std::uint16_t enter() noexcept { return std::exchange(place_, place_ | kInside); }
    void leave(std::uint16_t outer) noexcept { place_ = outer; }

    // Reads the cursor's next key. kTruncated when the key does not end within the cursor;
    // kBuilderFailed with a Python exception when it is not UTF-8 and the error handler refuses it.
    bsonpp::ErrorCode read(bsonpp::Cursor& cursor, Key& key) {
      const std::uint16_t expected = cache_.expected_[place_];
      const Entry& entry = cache_.entries_[expected];
      if (cursor.match(entry.key)) [[likely]] {
        place_ = place_after(expected);
        key.string = entry.string.get();
        key.roles |= entry.role;
        return bsonpp::ErrorCode::kOk;
      }
      bsonpp::Cursor copy = cursor;  // so that the caller's can stay in registers
      const bsonpp::ErrorCode code = cache_.find(copy, *this, key);
      cursor = copy;
      return code;
    }

   private:
    friend class KeyCache;
    static constexpr std::uint16_t kInside = 1;

    KeyCache& cache_;
    const char* error_handler_;
    std::uint16_t place_ = 0;   // twice the entry of the key before, 0 at first; or kInside it
    std::uint16_t misses_ = 0;  // keys in a row that were not in the cache
  };

  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

 private:
  static constexpr std::size_t kSlots = 4096;
  // A document of that many unknown keys in a row has data for keys: it would only push out those
  // that come again.
  static constexpr std::uint16_t kMostMisses = 512;

  // Strings that may be evicted while there is a Reader.
  static constexpr std::size_t kMostEvicted = 64;

  struct Entry {
    bsonpp::KnownKey key;  // its bytes are kept by `string`
    Ref string;
    KeyRole role = kPlainKey;
  };

  bsonpp::ErrorCode find(bsonpp::Cursor& cursor, Reader& reader, Key& key);
  static bsonpp::ErrorCode make(std::string_view text, const char* error_handler, Key& key);
  static std::uint16_t place_after(std::uint16_t entry) noexcept {
    return static_cast<std::uint16_t>(2 * entry);
  }
  std::size_t slot_of(std::string_view key) const noexcept;
  bool keep(Entry& entry, std::string_view text, PyObject* string);
  // Whether the entry's string could be kept for the readers that may be using it.
  bool evict(Entry& entry) noexcept;
  // Drops the evicted strings when there are no more than so many readers.
  void release_evicted(std::size_t readers) noexcept {
    while (evicted_count_ != 0 && readers_ <= readers) [[unlikely]] {
      evicted_[--evicted_count_].clear();
    }
  }

  std::uint64_t seed_;
  std::size_t used_ = 1;                       // entries; the first stands for "no key before"
  std::array<std::uint16_t, kSlots> slots_{};  // the entry of a hash; 0: none
  std::array<Entry, kSlots + 1> entries_{};
  std::array<std::uint16_t, 2 * (kSlots + 1)> expected_{};  // the entry of the next key, by place
  std::size_t readers_ = 0;
  std::size_t evicted_count_ = 0;
  std::array<Ref, kMostEvicted> evicted_{};
};

}  // namespace pymongo_cpp
