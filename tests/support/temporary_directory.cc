#include "support/temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/check.h"
#include "base/file_system.h"

namespace support {

TemporaryDirectory::TemporaryDirectory() {
  const char* const parent = std::getenv("TMPDIR");
  path_ =
      base::JoinPath(parent == nullptr ? "/tmp" : parent, "redbed_test_XXXXXX");
  CHECK(mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::Path(std::string_view name) const {
  return base::JoinPath(path_, name);
}

}  // namespace support
