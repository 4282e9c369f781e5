// Where the elements of a document lie, found in the pass that checks it.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/element.h>
#include <bsonpp/validate.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bsonpp {

// One element of an indexed document.
struct IndexEntry {
  std::uint32_t offset;  // of its type byte, from the start of the document
  std::uint32_t tag;     // of its key; see key_tag()
};

// The length of a key and two of its bytes: what tells most keys apart without looking at them.
inline std::uint32_t key_tag(std::string_view key) noexcept {
  if (key.empty()) return 0;
  const auto byte = [&](std::size_t at) {
    return std::uint32_t{static_cast<std::uint8_t>(key[at])};
  };
  return static_cast<std::uint32_t>(key.size()) << 16U | byte(key.size() / 2) << 8U |
         byte(key.size() - 1);
}

// Entries in the order of their elements: the first ones in place, many on the heap.
class IndexEntries {
 public:
  // The entries in place are left unset: one is written before size_ counts it.
  IndexEntries() noexcept {
  }  // NOLINT(modernize-use-equals-default,cppcoreguidelines-pro-type-member-init)
  IndexEntries(const IndexEntries&) = delete;
  IndexEntries& operator=(const IndexEntries&) = delete;
  ~IndexEntries();

  // False when there is no memory.
  bool push(IndexEntry entry) noexcept {
    if (size_ == capacity_ && !grow()) return false;
    data_[size_++] = entry;
    return true;
  }
  void clear() noexcept { size_ = 0; }
  std::span<const IndexEntry> entries() const noexcept { return {data_, size_}; }

 private:
  static constexpr std::size_t kInPlace = 64;
  bool grow() noexcept;

  std::size_t size_ = 0;
  std::size_t capacity_ = kInPlace;
  std::array<IndexEntry, kInPlace> in_place_;
  IndexEntry* data_ = in_place_.data();
};

// A builder that makes the entries of the outermost document. With `descend` it checks all that is
// embedded as well, as Validator does; without, embedded documents are passed by.
class Indexer : public Validator {
 public:
  struct Document : Validator::Document {
    IndexEntries* entries = nullptr;   // null in all but the outermost
    const std::byte* start = nullptr;  // of the outermost document
  };

  Indexer(ValidationRules rules, bool descend) noexcept : Validator(rules), descend_(descend) {}

  ErrorCode read_key(Cursor& cursor, Document& document) noexcept {
    const std::byte* const key_at = cursor.position();
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code != ErrorCode::kOk) return code;
    if (!text_ok(key)) return ErrorCode::kInvalidUtf8;
    return note(document, key_at, key);
  }
  Visit begin_document(Bytes, Document&, bool& taken) const noexcept { return visit(taken); }
  Visit begin_scope(Bytes, Document&, bool& taken) const noexcept { return visit(taken); }
  Visit begin_array(Bytes, Array&, bool& taken) const noexcept { return visit(taken); }

 protected:
  // Adds the entry of an element whose key begins at `key_at`, behind its type byte.
  static ErrorCode note(Document& document, const std::byte* key_at,
                        std::string_view key) noexcept {
    if (document.entries == nullptr) return ErrorCode::kOk;
    const auto offset = static_cast<std::uint32_t>(key_at - document.start - 1);
    return document.entries->push({offset, key_tag(key)}) ? ErrorCode::kOk
                                                          : ErrorCode::kOutOfMemory;
  }

 private:
  Visit visit(bool& taken) const noexcept {
    taken = true;
    return descend_ ? Visit::kDescend : Visit::kTaken;
  }

  bool descend_;
};

// What of an index is left after a search that found nothing.
inline constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);

// Whether the element of `entry` has this key.
bool has_key(Bytes document, IndexEntry entry, std::string_view key) noexcept;

// The position of the last entry with this key, as a dict made of the document would have it.
std::size_t find_entry(Bytes document, std::span<const IndexEntry> entries,
                       std::string_view key) noexcept;

// The elements from `entry` on, up to the document's terminator.
inline Cursor cursor_at(Bytes document, IndexEntry entry) noexcept {
  Cursor cursor = Cursor::elements_of(document);
  Bytes before;
  // The offset counts the document's length, which the cursor is past.
  if (entry.offset < sizeof(std::uint32_t) ||
      cursor.read_bytes(entry.offset - sizeof(std::uint32_t), before) != ErrorCode::kOk) {
    return Cursor();
  }
  return cursor;
}

// The element of `entry`; false when the index is not this document's.
bool read_entry(Bytes document, IndexEntry entry, Element& element) noexcept;

}  // namespace bsonpp
