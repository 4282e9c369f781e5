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

// The first keys of the document that was indexed last. Documents of one stream mostly have the
// same keys in the same order, and a key that is where it was before needs neither a search for its
// end nor another look at its text.
class KeyShape {
 public:
  // Passes over the cursor's next key if it is the one at `position`; `tag` is then its key_tag().
  bool pass(Cursor& cursor, std::size_t position, std::uint32_t& tag) const noexcept {
    if (position >= kKeys) return false;
    const Slot& slot = slots_[position];
    if (slot.size == 0 || !cursor.match({slot.text.data(), slot.size})) return false;
    tag = slot.tag;
    return true;
  }
  // Expects `key`, which is UTF-8, at `position` from now on.
  void learn(std::size_t position, std::string_view key, std::uint32_t tag) noexcept {
    if (position >= kKeys || key.size() >= kMaxSize) return;
    Slot& slot = slots_[position];
    key.copy(slot.text.data(), key.size());
    slot.text[key.size()] = '\0';
    slot.size = static_cast<std::uint8_t>(key.size() + 1);
    slot.tag = tag;
  }

 private:
  static constexpr std::size_t kKeys = 64;
  static constexpr std::size_t kMaxSize = 27;  // bytes with the zero byte
  struct Slot {
    std::uint32_t tag = 0;
    std::uint8_t size = 0;  // bytes with the zero byte; 0: nothing is expected
    std::array<char, kMaxSize> text{};
  };
  std::array<Slot, kKeys> slots_{};
};

// A builder that makes the entries of the outermost document. With `descend` it checks all that is
// embedded as well, as Validator does; without, embedded documents are passed by.
class Indexer : public Validator {
 public:
  struct Document : Validator::Document {
    IndexEntries* entries = nullptr;   // null in all but the outermost
    const std::byte* start = nullptr;  // of the outermost document
  };

  Indexer(KeyShape& shape, ValidationRules rules, bool descend) noexcept
      : Validator(rules), shape_(shape), descend_(descend) {}

  ErrorCode read_key(Cursor& cursor, Document& document) noexcept {
    std::string_view key;
    if (document.entries == nullptr) return read_text(cursor, key);
    const std::byte* const key_at = cursor.position();
    const std::size_t position = document.entries->entries().size();
    std::uint32_t tag = 0;
    if (!shape_.pass(cursor, position, tag)) {
      if (const ErrorCode code = read_text(cursor, key); code != ErrorCode::kOk) return code;
      tag = key_tag(key);
      if (is_utf8(key)) shape_.learn(position, key, tag);
    }
    const auto offset = static_cast<std::uint32_t>(key_at - document.start - 1);
    return document.entries->push({offset, tag}) ? ErrorCode::kOk : ErrorCode::kOutOfMemory;
  }
  Visit begin_document(Bytes, Document&, bool& taken) const noexcept { return visit(taken); }
  Visit begin_scope(std::string_view, Bytes, Document&, bool& taken) const noexcept {
    return visit(taken);
  }
  Visit begin_array(Bytes, Array&, bool& taken) const noexcept { return visit(taken); }

 private:
  ErrorCode read_text(Cursor& cursor, std::string_view& key) const noexcept {
    const ErrorCode code = cursor.read_cstring(key);
    return code == ErrorCode::kOk && !text_ok(key) ? ErrorCode::kInvalidUtf8 : code;
  }
  Visit visit(bool& taken) const noexcept {
    taken = true;
    return descend_ ? Visit::kDescend : Visit::kTaken;
  }

  KeyShape& shape_;
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
