#include "lsm/range_pages.h"

#include <algorithm>
#include <utility>

namespace lsm {
namespace {

class PagedIterator : public RowIterator {
 public:
  PagedIterator(std::unique_ptr<RowIterator> tables, RangePages* pages,
                std::string_view end, const RangeNeed& need)
      : tables_(std::move(tables)), pages_(pages), end_(end), need_(need) {}

  bool Valid() const override { return rows_ != nullptr && rows_->Valid(); }

  void Seek(std::string_view key) override {
    rows_ = nullptr;
    // Nothing is there. No page would ever say so, since it ends here.
    if (!end_.empty() && key >= end_) return;
    sought_.assign(key);
    chain_ = pages_->Find(key, need_.value_bytes);
    if (chain_ == RangePages::Want::kNewChain) return SeekTables(key);
    const auto& pages = pages_->chain(chain_).pages;
    const auto found = std::partition_point(
        pages.begin(), pages.end(),
        [key](const auto& page) { return page->key(page->size() - 1) < key; });
    page_ = found - pages.begin();
    OpenPage();
    if (page_ < pages.size()) rows_->Seek(key);
  }
  void SeekToFirst() override { Seek({}); }

  void Next() override {
    rows_->Next();
    if (rows_ == tables_.get()) return CheckTables();
    if (rows_->Valid()) return;
    ++page_;
    OpenPage();
  }

  std::string_view key() const override { return rows_->key(); }
  uint64_t packed() const override { return rows_->packed(); }
  std::string_view value() const override { return rows_->value(); }
  base::Status status() const override {
    return rows_ == nullptr ? base::Status::Ok() : rows_->status();
  }
  base::Result<std::string_view> LoadValue(size_t bytes,
                                           Buffer* buffer) override {
    auto value = rows_->LoadValue(bytes, buffer);
    if (value.status().IsMiss()) NoteMiss();
    return value;
  }

 private:
  void NoteMiss() { pages_->NoteMiss({chain_, sought_, end_, need_}); }

  // To the first row of page_, or of what lies behind the last page.
  void OpenPage() {
    const RangePages::Chain& chain = pages_->chain(chain_);
    rows_ = nullptr;
    if (page_ < chain.pages.size()) {
      page_rows_ = chain.pages[page_]->NewIterator();
      page_rows_->SeekToFirst();
      rows_ = page_rows_.get();
    } else if (chain.upto && (end_.empty() || *chain.upto < end_)) {
      SeekTables(*chain.upto);
    }
  }

  void SeekTables(std::string_view key) {
    rows_ = tables_.get();
    tables_->Seek(key);
    CheckTables();
  }

  void CheckTables() {
    if (tables_->Valid() || !tables_->status().IsMiss()) return;
    NoteMiss();
  }

  const std::unique_ptr<RowIterator> tables_;
  RangePages* const pages_;
  const std::string end_;
  const RangeNeed need_;
  std::string sought_;
  size_t chain_ = RangePages::Want::kNewChain;
  size_t page_ = 0;
  std::unique_ptr<RowIterator> page_rows_;
  RowIterator* rows_ = nullptr;  // tables_, page_rows_ or, at the end, neither
};

}  // namespace

size_t RangePages::Find(std::string_view key, size_t value_bytes) const {
  for (size_t i = 0; i < chains_.size(); ++i) {
    const Chain& chain = chains_[i];
    if (chain.value_bytes < value_bytes) continue;
    if (key >= chain.from && (!chain.upto || key < *chain.upto)) return i;
  }
  return Want::kNewChain;
}

size_t RangePages::Add(const Want& want, std::unique_ptr<const RowPage> page,
                       std::optional<std::string> upto) {
  size_t at = want.chain;
  if (at == Want::kNewChain) {
    at = chains_.size();
    chains_.push_back({want.from, want.from, want.need.value_bytes, 0, {}});
  }
  Chain& chain = chains_[at];
  chain.upto = std::move(upto);
  if (page->size() == 0) return at;
  chain.rows += page->size();
  bytes_ += page->memory_bytes();
  chain.pages.push_back(std::move(page));
  return at;
}

void RangePages::Clear() {
  chains_.clear();
  kept_.clear();
  want_.reset();
  bytes_ = 0;
}

std::unique_ptr<RowIterator> NewPagedIterator(
    std::unique_ptr<RowIterator> tables, RangePages* pages,
    std::string_view end, const RangeNeed& need) {
  return std::make_unique<PagedIterator>(std::move(tables), pages, end, need);
}

}  // namespace lsm
