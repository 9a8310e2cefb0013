// TableSurvey reads of a table what can be read, and says what cannot: for
// checking one, and for saving what is left of one. (Table opens sound ones.)
//
// Where the index is damaged the data blocks are found by their checksums.
//
// Threads: immutable after Make; one reader of file() at a time.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/block_format.h"
#include "lsm/table/filter.h"
#include "lsm/table/footer.h"
#include "lsm/table/index.h"
#include "lsm/table/properties.h"
#include "lsm/uuid.h"

namespace lsm {

struct TableRequest {
  base::FileSystem* fs = nullptr;
  std::string path;
  uint64_t number = 0;
  Uuid uuid = {};
  // As somebody else remembers them: of the file, and in it.
  std::optional<uint64_t> bytes;
  std::optional<uint64_t> rows;
};

class TableSurvey {
 public:
  // Fails only when the file cannot be opened or read.
  static base::Result<std::unique_ptr<TableSurvey>> Make(
      const TableRequest& request);

  // Whose a table is by its footer, for those who know nothing else of it.
  static base::Result<Footer> ReadFooter(base::FileSystem* fs,
                                         const std::string& path);

  base::ReadableFile* file() const { return file_.get(); }
  uint64_t seed() const { return seed_; }
  const std::optional<Footer>& footer() const { return footer_; }
  const std::optional<TableProperties>& properties() const {
    return properties_;
  }
  const std::optional<Filter>& filter() const { return filter_; }
  const std::optional<Index>& index() const { return index_; }

  // Where the data blocks lie, whole or not, in order.
  const std::vector<Extent>& blocks() const { return blocks_; }
  // Stretches of the data in which no block could be found.
  const std::vector<Extent>& unread() const { return unread_; }
  // What is wrong outside of the data blocks, each naming the file.
  const std::vector<base::Status>& flaws() const { return flaws_; }

 private:
  TableSurvey(std::unique_ptr<base::ReadableFile> file, uint64_t seed)
      : file_(std::move(file)), seed_(seed) {}

  base::Status ReadParts(const TableRequest& request);
  void CheckOutline();
  base::Status Carve(const TableRequest& request);
  // What follows is data up to `limit`, and nobody knows where it is.
  void AddUnread(uint64_t offset, uint64_t limit);
  bool IsDataBlock(Extent extent) const;
  // Notes a flaw; an Io status is handed back instead.
  base::Status Note(const base::Status& status);

  const std::unique_ptr<base::ReadableFile> file_;
  const uint64_t seed_;
  std::optional<Footer> footer_;
  std::optional<TableProperties> properties_;
  std::optional<Filter> filter_;
  std::optional<Index> index_;
  bool foreign_ = false;  // By its footer.
  std::vector<Extent> blocks_;
  std::vector<Extent> unread_;
  std::vector<base::Status> flaws_;
};

}  // namespace lsm
