// See pdf_artifacts.hpp.
#include "paper/pdf_artifacts.hpp"

#include <memory>
#include <qpdf/QPDFPageDocumentHelper.hh>

namespace versoir::paper {

namespace {

/// Puts one artifact into each gap between the elements of a sheet. Cairo ends its text objects before it
/// begins an element, so that the marks stand outside text objects as they must.
class ArtifactFilter final : public QPDFObjectHandle::TokenFilter {
 public:
  void handleToken(const QPDFTokenizer::Token& token) override {
    if (!begun_) write("/Artifact BMC\n");
    begun_ = true;
    operation_ += token.getRawValue();
    if (token.getType() == QPDFTokenizer::tt_name && token.getValue() == "/MCID") element_ = true;
    if (token.getType() == QPDFTokenizer::tt_word) end_operation(token.getValue());
  }
  void handleEOF() override {
    write(operation_);
    if (begun_) write("\nEMC\n");
  }

 private:
  void end_operation(const std::string& name) {
    const bool begins = name == "BDC" || name == "BMC";
    const bool ends = name == "EMC";
    if (begins && depth_++ == 0) {
      in_element_ = element_;  // otherwise a mark inside the artifact, such as the text behind a ligature
      if (in_element_) write("\nEMC\n");
    }
    write(operation_);
    if (ends && --depth_ == 0 && in_element_) write("\n/Artifact BMC\n");
    operation_.clear();
    element_ = false;
  }

  std::string operation_;  ///< operands and operator, as they were
  bool begun_ = false, element_ = false, in_element_ = false;
  int depth_ = 0;  ///< of marked content, artifacts of ours apart
};

}  // namespace

void mark_artifacts(QPDF& pdf) {
  for (auto& page : QPDFPageDocumentHelper(pdf).getAllPages())
    page.addContentTokenFilter(std::make_shared<ArtifactFilter>());
}

}  // namespace versoir::paper
