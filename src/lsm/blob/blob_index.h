// The end of a blob file: an index of its records, and a footer like that of a
// table. Values are found without either; they are for opening and checking.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/block_format.h"
#include "lsm/table/footer.h"
#include "lsm/uuid.h"

namespace lsm {

// The index of records that lie back to back from offset 0 on, with these
// sizes; then the footer. `offset` is where the records end.
std::string EncodeBlobEnd(const std::vector<uint64_t>& record_sizes,
                          uint64_t offset, uint64_t number, const Uuid& uuid);

// Its `properties` are the index, and nothing lies between the two. Errors name
// the file.
base::Result<Footer> ReadBlobFooter(base::ReadableFile* file);
// Whether the file is the one that it should be. Corruption names no file.
base::Status CheckBlobOwner(const Footer& footer, uint64_t number,
                            const Uuid& uuid);

// Where the records lie. Corruption, naming the file, unless they fill it up to
// the index.
base::Result<std::vector<Extent>> ReadBlobIndex(base::ReadableFile* file,
                                                const Footer& footer);

}  // namespace lsm
