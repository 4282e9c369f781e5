// How fast the core is without Python: walking, validating and writing, in bytes a second. This is
// the floor under the extension's times. BSON files named on the command line are measured too.

#include "shapes.h"

#include <bsonpp/cursor.h>
#include <bsonpp/error.h>
#include <bsonpp/validate.h>
#include <bsonpp/writer.h>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp::benchmarks {
namespace {

constexpr std::size_t kStreamSize = 64 * 1024;  // stays in the second-level cache

using Stream = std::vector<std::byte>;

void append(Stream& stream, Bytes bytes) {
  stream.insert(stream.end(), bytes.begin(), bytes.end());
}

// Documents of one shape, back to back; empty when one could not be written.
Stream stream_of(const Shape& shape) {
  Stream stream;
  while (stream.size() < kStreamSize) {
    HeapStorage storage;
    Writer writer(storage);
    if (!shape.write(writer)) return {};
    append(stream, writer.bytes());
  }
  return stream;
}

Stream read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(file), {});
  Stream stream;
  append(stream, as_bytes(content));
  return stream;
}

// Walks every document of the stream with the builder that makes nothing.
void read_stream(benchmark::State& state, const Stream& stream, ValidationRules rules) {
  std::size_t documents = 0;
  for ([[maybe_unused]] auto iteration : state) {
    Cursor cursor{Bytes(stream)};
    documents = 0;
    while (!cursor.at_end()) {
      Bytes document;
      if (cursor.read_document(document) != ErrorCode::kOk || validate(document, rules)) {
        state.SkipWithError("not a stream of BSON documents");
        return;
      }
      ++documents;
    }
    benchmark::DoNotOptimize(documents);
  }
  const auto iterations = static_cast<std::int64_t>(state.iterations());
  state.SetBytesProcessed(iterations * static_cast<std::int64_t>(stream.size()));
  state.SetItemsProcessed(iterations * static_cast<std::int64_t>(documents));
}

void write_stream(benchmark::State& state, const Shape& shape) {
  HeapStorage storage;
  Writer writer(storage);
  for ([[maybe_unused]] auto iteration : state) {
    writer.rewind(0);
    if (!shape.write(writer)) {
      state.SkipWithError(message(writer.error().code));
      return;
    }
    benchmark::DoNotOptimize(writer.bytes().data());
    benchmark::ClobberMemory();
  }
  const auto iterations = static_cast<std::int64_t>(state.iterations());
  state.SetBytesProcessed(iterations * static_cast<std::int64_t>(writer.size()));
  state.SetItemsProcessed(iterations);
}

void register_reading(const std::string& name, const Stream& stream) {
  benchmark::RegisterBenchmark(("walk/" + name).c_str(), read_stream, stream,
                               ValidationRules{.check_utf8 = false});
  benchmark::RegisterBenchmark(("validate/" + name).c_str(), read_stream, stream,
                               ValidationRules{});
}

}  // namespace
}  // namespace bsonpp::benchmarks

int main(int argc, char** argv) {
  using namespace bsonpp::benchmarks;
  benchmark::Initialize(&argc, argv);
  for (const Shape& shape : shapes()) {
    register_reading(shape.name, stream_of(shape));
    benchmark::RegisterBenchmark(("write/" + std::string(shape.name)).c_str(), write_stream, shape);
  }
  for (int argument = 1; argument < argc; ++argument) {
    const std::filesystem::path path(argv[argument]);
    const Stream stream = read_file(path);
    if (stream.empty()) {
      std::fprintf(stderr, "%s: cannot be read, or is empty\n", argv[argument]);
      return 2;
    }
    register_reading(path.stem().string(), stream);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
