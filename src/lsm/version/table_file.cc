#include "lsm/version/table_file.h"

#include <utility>

namespace lsm {

TableFile::TableFile(TableInfo info, std::shared_ptr<const Table> table,
                     OnObsolete on_obsolete)
    : info_(std::move(info)),
      table_(std::move(table)),
      on_obsolete_(std::move(on_obsolete)) {}

TableFile::~TableFile() {
  if (retired_.load(std::memory_order_relaxed) && on_obsolete_ != nullptr) {
    on_obsolete_(info_.number);
  }
}

}  // namespace lsm
