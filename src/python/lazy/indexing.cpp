#include "indexing.h"

#include "../decode.h"
#include "../errors.h"
#include "node.h"

namespace pymongo_cpp::lazy {

bool index_document(ModuleState& state, const CodecOptions& options, bsonpp::Bytes document,
                    bool check, bsonpp::IndexEntries& entries) {
  GuardedIndexer indexer(state.key_shape, {.check_utf8 = check && refuses_bad_text(options)},
                         check);
  bsonpp::Walker<GuardedIndexer> walker(indexer, kNoFurtherLimit);
  GuardedIndexer::Document outermost;
  outermost.entries = &entries;
  outermost.start = document.data();
  return walker.document(document, outermost);
}

void raise_malformed(ModuleState& state, const CodecOptions& options, PyObject* owner,
                     bsonpp::Bytes document) {
  const Ref decoded = decode_document(state, with_dicts(options), owner, document);
  if (decoded) raise_invalid_bson(state, "invalid length or type code");
}

}  // namespace pymongo_cpp::lazy
