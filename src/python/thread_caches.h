// What makes calls faster and is used by one thread at a time.
#pragma once

#include "codec_options.h"
#include "key_cache.h"

#include <memory>

namespace bsonpp {
class JsonParser;
}

namespace pymongo_cpp {

struct Caches {
  CodecOptionsCache options;
  KeyCache keys;
  // Used again for each JSON text; null while it is in use, see BorrowedParser.
  std::shared_ptr<bsonpp::JsonParser> json_parser;
};

// One interpreter's caches. Under a GIL there is one set of them. Without one each thread has its
// own, so that threads neither wait for each other nor count references to the same strings; it
// lives in the thread state's dict and goes with it.
class ThreadCaches {
 public:
  ThreadCaches() noexcept = default;
  ThreadCaches(const ThreadCaches&) = delete;
  ThreadCaches& operator=(const ThreadCaches&) = delete;

#if defined(Py_GIL_DISABLED)
  // False with MemoryError.
  bool load();
  // Those of the calling thread; null with MemoryError.
  Caches* get();
  static int traverse(visitproc, void*) { return 0; }
  static void clear() noexcept {}

 private:
  Caches* find();

  Ref key_;  // of the entry in each thread state's dict
#else
  static bool load() { return true; }
  Caches* get() noexcept { return &caches_; }
  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

 private:
  Caches caches_;
#endif
};

}  // namespace pymongo_cpp
