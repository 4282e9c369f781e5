// The core's indexer under CPython's limits of nesting.
#pragma once

#include "../recursion.h"
#include "../state.h"

#include <bsonpp/index.h>
#include <bsonpp/walker.h>

#include <cstring>
#include <limits>

namespace pymongo_cpp::lazy {

// CPython's recursion limit and the stack's end are the limits; see NestingGuard.
inline constexpr std::size_t kNoFurtherLimit = std::numeric_limits<std::size_t>::max();

using GuardedIndexer = Guarded<bsonpp::Indexer>;

// Whether texts that are not UTF-8 are errors, and so can be looked for before any is decoded.
inline bool refuses_bad_text(const CodecOptions& options) noexcept {
  return options.error_handler == nullptr || std::strcmp(options.error_handler, "strict") == 0;
}

// Makes the entries of `document`. With `check` the structure and the texts of all that is embedded
// are checked too. False when something is malformed; no Python exception is set.
bool index_document(ModuleState& state, const CodecOptions& options, bsonpp::Bytes document,
                    bool check, bsonpp::IndexEntries& entries);

// Raises what bson.decode() raises for a document that index_document() refused. `owner` is the
// object whose buffer it is, or null.
void raise_malformed(ModuleState& state, const CodecOptions& options, PyObject* owner,
                     bsonpp::Bytes document);

}  // namespace pymongo_cpp::lazy
